/** The logo: a prompt in a room. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M9 10l6 6-6 6M17 22h7" />
    </svg>
  )
}
