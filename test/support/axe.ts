/** Accessibility, as far as axe finds violations. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violations = {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
}

/** The violations that axe finds, with all of its rules. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated by the browser, because the page's Content-Security-Policy allows no other script.
  if (await page.evaluate('window.axe === undefined')) await page.evaluate(axe)
  // Every rule is still checked; axe describes only violations, which is half of its work.
  const found = (await page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => ({ violations }))',
  )) as Violations
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}
