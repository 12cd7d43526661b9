/* A photo as it is sent: at most 1280 px, JPEG. Drawing it again also drops what cameras write into the file (the place, the phone). */
import { uuid } from '@/api/id';
import type { Photo } from '@/store/db';

export const MOST_PHOTOS = 3; // one less than the server takes: room for the grid worker's own
const LONGEST_PX = 1280;
const QUALITY = 0.8;
export async function shrink(file: File): Promise<Photo> {
    const url = URL.createObjectURL(file);
    try {
        const image = new Image();
        image.src = url;
        await image.decode();
        const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight));
        const canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
        canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
        const pen = canvas.getContext('2d')!;
        pen.fillStyle = '#fff'; // JPEG has no transparency: what was clear would be black
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(image, 0, 0, canvas.width, canvas.height);
        return { key: uuid(), jpeg: canvas.toDataURL('image/jpeg', QUALITY) };
    } finally {
        URL.revokeObjectURL(url);
    }
}
