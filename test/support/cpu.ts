/** Measures work in processor time, which other processes on the machine do not change. */

/** The processor time, in ms, that this process uses while `run` runs. */
export async function cpuMs(run: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
