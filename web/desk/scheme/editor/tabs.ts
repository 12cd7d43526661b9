/* Further views of the same document beside forms and text (try it, simulate …): a row each. The component takes the document by
 * useEditor(). */
import { type Component } from 'vue';

export interface EditorTab { name: string; label: string; component: Component }
export const tabs: EditorTab[] = [];
