/** A desk with two windows, the page and a terminal, and a film of what happens in them. */
import type { Browser, Page } from 'playwright-core'
import { apng, type Frame } from './apng.ts'

const SIZE = { width: 1200, height: 600 }
/** Of the page's own window. */
export const PAGE_SIZE = { width: 660, height: 530 }
/** Lines of text that the terminal shows. */
const LINES = 29

const DESK = `<!doctype html><style>
  body { margin: 0; background: #cdd5d1; font: 13px sans-serif; color: #37413d }
  div { position: absolute; border-radius: 8px; overflow: hidden; box-shadow: 0 6px 24px #0004 }
  p { margin: 0; height: 28px; line-height: 28px; text-align: center; background: #e8edea }
  .page { left: 18px; top: 20px; width: ${PAGE_SIZE.width}px; background: #fff }
  .terminal { left: 696px; top: 20px; width: 486px; height: ${PAGE_SIZE.height + 28}px; background: #121716 }
  .terminal p { background: #2a3431; color: #c3ccc8 }
  img { display: block }
  pre { margin: 10px 14px; color: #e2e9e6; font: 12.5px/1.36 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
</style>
<div class="page"><p>Oneroom</p><img width="${PAGE_SIZE.width}" height="${PAGE_SIZE.height}"></div>
<div class="terminal"><p>Terminal</p><pre></pre></div>`

export class Desk {
  readonly #desk: Page
  readonly #page: Page
  readonly #frames: Frame[] = []

  private constructor(desk: Page, page: Page) {
    this.#desk = desk
    this.#page = page
  }

  static async open(browser: Browser, page: Page): Promise<Desk> {
    const desk = await browser.newPage({ viewport: SIZE })
    await desk.setContent(DESK)
    return new Desk(desk, page)
  }

  /** Takes a frame. `text`: of the terminal. `ms`: how long it is shown. */
  async take(text: string, ms: number): Promise<void> {
    const png = await this.#page.screenshot()
    const shown = text.split('\n').slice(-LINES).join('\n')
    await this.#desk.evaluate(
      async ([source, shown]) => {
        const image = document.querySelector('img') as HTMLImageElement
        image.src = source as string
        await image.decode()
        ;(document.querySelector('pre') as HTMLElement).textContent = shown as string
      },
      [dataUrl(png), `${shown}▏`],
    )
    this.#frames.push({ pixels: await this.#pixels(), ms })
  }

  /** The film of all frames. */
  film(): Buffer {
    return apng(SIZE, this.#frames)
  }

  async #pixels(): Promise<Uint8Array> {
    const png = await this.#desk.screenshot()
    const pixels = await this.#desk.evaluate(async (source) => {
      const image = new Image()
      image.src = source
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const context = canvas.getContext('2d') as CanvasRenderingContext2D
      context.drawImage(image, 0, 0)
      const { data } = context.getImageData(0, 0, image.width, image.height)
      let text = ''
      for (const byte of data) text += String.fromCharCode(byte)
      return text
    }, dataUrl(png))
    return Buffer.from(pixels, 'latin1')
  }
}

function dataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString('base64')}`
}
