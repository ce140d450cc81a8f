/** The writing half of the SQLite log: faults in the middle of a transaction. */
import Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { Writer, type WriterOptions } from '../../../../server/log/sqlite/writer.ts'
import type { Draft } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'

function openWriter(options: Partial<WriterOptions> = {}): Writer {
  const writer = new Writer({ folder: testFolder(), retain: 0, retainDays: 0, ...options })
  onTestFinished(() => writer.close())
  return writer
}

const draft = (text: string, rest: Partial<Draft> = {}): Draft => ({
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: { id: 'a1', name: 'alice', via: 'web' },
  text,
  ...rest,
})

test('one failed ROLLBACK does not stop the appends after it', () => {
  const writer = openWriter()
  const exec = Database.prototype.exec
  onTestFinished(() => {
    Database.prototype.exec = exec
  })
  let failed = 0
  Database.prototype.exec = function (sql) {
    if (sql === 'ROLLBACK' && failed === 0) {
      failed += 1
      throw new Error('disk I/O error')
    }
    return exec.call(this, sql)
  }
  const noText = JSON.stringify([{ ...draft(''), text: null }])
  expect(() => writer.append(noText)).toThrow('NOT NULL constraint failed')
  expect(failed).toBe(1)
  expect(writer.append(JSON.stringify([draft('kept')]))).toEqual({ outcomes: [1] })
})
