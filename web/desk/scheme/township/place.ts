/* The township whose template and villages the person looks after: their own, or for people of the county that of the village at
 * hand. Empty for people of one village. Codes: a township's end in three zeros, a county's in six. */
import { computed } from 'vue';
import { village, wide } from '../../frame/village';

export const township = computed(() => {
    if (!wide.value) return '';
    if (!wide.value.endsWith('000000')) return wide.value;
    return village.value ? `${village.value.slice(0, 9)}000` : '';
});
