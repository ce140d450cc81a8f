/** Apart from the engine, which is loaded only when it is used. */

/** Whether `--data` names a PostgreSQL database rather than a folder. */
export function isPostgresUrl(data: string): boolean {
  return /^postgres(ql)?:\/\//i.test(data)
}
