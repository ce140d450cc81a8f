/** Made by the build, from gemoji: a line for each emoji, with its names behind it. */
declare module 'virtual:emoji' {
  const table: string
  export default table
}
