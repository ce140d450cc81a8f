/** The error table, and the message that a client gets. */
import { expect, test } from 'vitest'
import { errorMessage, errors } from '../../shared/errors.ts'

test('an error message has the text of the table, unless the fault has its own', () => {
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
    expect([1001, 1003, 1012].includes(close) || (close >= 4000 && close <= 4999)).toBe(true)
  }
})
