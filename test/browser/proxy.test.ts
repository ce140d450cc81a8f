/** The page behind nginx: below a path, and where the WebSocket does not come through. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { launch } from '../support/chromium.ts'
import { serveInProcess } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { startNginx } from '../support/nginx.ts'
import { fixedPort } from '../support/program.ts'
import { composer, enter, it, join as joinAs, loaded, open, row, say } from '../support/view.ts'

const nginx = need('nginx')
const docs = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8')

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** `location /room/` of the page, and what it needs. */
const [map = ''] = /map [\s\S]*?\n\}\n/.exec(docs) ?? []
const [block = ''] = / {2}location [\s\S]*?\n {2}\}\n/.exec(docs) ?? []

/** nginx with these locations, before a server. Returns its address. */
async function behind(locations: string[], webUrl: string): Promise<string> {
  const port = await fixedPort()
  const all = locations.join('').replaceAll('http://127.0.0.1:3000', webUrl)
  const server = `${map}server {\nlisten 127.0.0.1:${port};\n${all}}\n`
  await startNginx(nginx as string, server, port)
  return `http://127.0.0.1:${port}`
}

const publicUrl = new URL('https://chat.example/room/')
const publicTcp = { host: 'chat.example', port: 8081 }

describe.skipIf(!nginx)('behind nginx', () => {
  it('the page works below a path, and shows the public addresses', async () => {
    const { webUrl } = await serveInProcess({ open: true, publicUrl, publicTcp })
    const base = await behind([block], webUrl)
    const page = await open(browser, `${base}/room/`)
    await joinAs(page, 'Ann')
    await say(page, 'hello')
    await row(page, 'hello').waitFor()
    await say(page, '/join physics')
    await page.waitForURL(`${base}/room/r/physics`)
    await page.reload()
    await composer(page).waitFor()
    await loaded(page, 'watching')
    await say(page, 'in physics')
    await row(page, 'in physics').waitFor()
    await page.goBack()
    await page.waitForURL(`${base}/room/`)
    const wall = await open(browser, `${base}/room/r/physics?view=wall`)
    const code = 'QR code of https://chat.example/room/r/physics'
    await wall.getByRole('img', { name: code }).waitFor()
    await wall.getByText('nc chat.example 8081').waitFor()
    await row(wall, 'in physics').waitFor()
  })

  it('the page says what is in the way of its WebSocket', async () => {
    const faults: Record<string, { change: [string, string]; said: RegExp }> = {
      upgrade: {
        change: ['Upgrade $http_upgrade', 'Upgrade ""'],
        said: /lets no WebSockets through/,
      },
      host: { change: ['Host $http_host', 'Host localhost'], said: /refuses this page/ },
      elsewhere: { change: ['3000/', '3000/elsewhere'], said: /does not forward/ },
    }
    const { webUrl } = await serveInProcess()
    const base = await behind(
      Object.entries(faults).map(([name, { change }]) => {
        const page = block.replaceAll('/room/', `/${name}/`)
        const socket = page.replace(`/${name}/`, `/${name}/ws`).replace('3000/;', '3000/ws;')
        expect(socket).toContain(change[0])
        return (
          page + socket.replace('3000/ws', name === 'elsewhere' ? '3000/' : '$&').replace(...change)
        )
      }),
      webUrl,
    )
    for (const [name, { said }] of Object.entries(faults)) {
      const page = await open(browser, `${base}/${name}/`)
      await enter(page, 'Ann')
      await page.getByText(said).waitFor()
    }
  })
})
