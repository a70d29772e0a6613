// Places drawings beside the page: large ones take half a second and more, in which the page must answer.
import type { Drawing } from './drawing.ts';
import { layoutOf } from './layout.ts';

addEventListener('message', ({ data }: MessageEvent<Drawing>) => {
  postMessage(layoutOf(data));
});
