/* Further views of the same document beside forms and text: a row each. The component takes the document by useEditor(), the open
 * draft by useSaver(). */
import { type Component, defineAsyncComponent } from 'vue';
import '../parts/texts';

export interface EditorTab { name: string; label: string; component: Component; draft?: boolean } // draft: not for a version that is only read
export const tabs: EditorTab[] = [
    { name: 'try', label: 'flows.tab_try', component: defineAsyncComponent(() => import('../trying/TryTab.vue')) },
    { name: 'simulate', label: 'flows.tab_simulate', draft: true, component: defineAsyncComponent(() => import('../simulate/SimulateTab.vue')) },
    { name: 'adopt', label: 'flows.tab_adopt', draft: true, component: defineAsyncComponent(() => import('../adopt/AdoptTab.vue')) },
];
