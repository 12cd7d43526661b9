/* ECharts with what our bar charts need, on a canvas (our CSP allows no style attributes, which its SVG needs), in the page's
 * colours: light for now, dark for the draft, so that they differ without colour too. */
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { onBeforeUnmount, onMounted, type Ref, watch } from 'vue';

use([BarChart, GridComponent, LegendComponent, MarkLineComponent, CanvasRenderer]);
export const NOW = '#c9bfa6', DRAFT = '#14523a';
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const ink = () => ({ color: token('--ink'), fontFamily: token('--font'), fontSize: parseFloat(token('--fs-small')) || 13 });
export const red = () => token('--red');
export function useChart(box: Ref<HTMLElement | undefined>, option: () => Record<string, unknown>): void {
    let chart: ECharts | undefined;
    let seen: ResizeObserver | undefined;
    onMounted(() => {
        chart = init(box.value!);
        chart.setOption({ animation: false, ...option() });
        seen = new ResizeObserver(() => chart?.resize());
        seen.observe(box.value!);
    });
    watch(option, (now) => chart?.setOption({ animation: false, ...now }, true));
    onBeforeUnmount(() => {
        seen?.disconnect();
        chart?.dispose();
    });
}
