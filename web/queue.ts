/** Messages that the server takes one by one, because they came too fast. Loaded after the page is drawn. */
import { signal } from '@preact/signals'

/** Whether the server has said that it takes them one by one. */
export const isPaced = signal(false)
