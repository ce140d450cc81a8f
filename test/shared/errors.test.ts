/** Tests the error table, and that the documentation shows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorMessage, errors } from '../../shared/errors.ts'

test('the README has each error as the table has it', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const [, table = ''] =
    /<!-- errors: .*-->\n(?:.*\n){2}((?:.*\n)*?)<!-- \/errors -->/.exec(readme) ?? []
  const rows = Object.entries(errors).map(
    ([code, { text, close, retryable }]) =>
      `| \`${code}\` | ${text} | ${close ?? ''} | ${retryable ? 'yes' : ''} |\n`,
  )
  expect(table).toBe(rows.join(''))
})

test('an error answers with its text, unless the case has a better one', () => {
  expect(errorMessage({ code: 'bad_json' })).toEqual({
    type: 'error',
    code: 'bad_json',
    message: errors.bad_json.text,
  })
  const fault = { code: 'name_taken', message: 'Not that one.', suggestion: 'ann-2' } as const
  expect(errorMessage(fault, 'x')).toEqual({ type: 'error', ...fault, id: 'x' })
})

test('an error that closes has a close code that RFC 6455 allows', () => {
  for (const { close } of Object.values(errors)) {
    if (close === null) continue
    expect([1001, 1003].includes(close) || (close >= 4000 && close <= 4999)).toBe(true)
  }
})
