/**
 * The webhooks of GitHub: one line for each event.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
import { firstText, isTrueAt, linkAt, listAt, sentence, short, textAt } from './values.ts'

/** UTF-8 bytes of a title or of a comment, and of every other text. */
const TITLE_BYTES = 300
const WORD_BYTES = 200

/**
 * `event`: the header X-GitHub-Event. Returns no line for an event that says nothing new: a run of a
 * workflow that has not ended.
 */
export function githubLines(event: string, body: unknown): string[] | undefined {
  if (event === '') return undefined
  const line = Object.hasOwn(events, event) ? events[event]?.(body) : otherEvent(event, body)
  return line === undefined ? [] : [line]
}

const word = (body: unknown, ...path: string[]): string => short(textAt(body, ...path), WORD_BYTES)
const title = (body: unknown, ...path: string[]): string =>
  short(textAt(body, ...path), TITLE_BYTES)
const repository = (body: unknown): string => word(body, 'repository', 'full_name')

function actor(body: unknown): string {
  return firstText(word(body, 'sender', 'login'), word(body, 'pusher', 'name'), 'someone')
}

/** `opened`, `review requested`; words for the actions whose names say too little. */
function deed(body: unknown): string {
  const action = word(body, 'action')
  const words: Record<string, string> = { synchronize: 'updated', ready_for_review: 'marked ready' }
  return Object.hasOwn(words, action) ? (words[action] as string) : action.replaceAll('_', ' ')
}

/** `octo/hello#12` */
function numbered(body: unknown, thing: string): string {
  return `${repository(body)}#${word(body, thing, 'number')}`
}

const events: Record<string, (body: unknown) => string | undefined> = {
  ping(body) {
    const source = firstText(repository(body), word(body, 'organization', 'login'))
    return sentence('GitHub sends events', source && `of ${source}`, 'here:', title(body, 'zen'))
  },
  push,
  pull_request(body) {
    const isMerged = textAt(body, 'action') === 'closed' && isTrueAt(body, 'pull_request', 'merged')
    return threadLine(body, isMerged ? 'merged' : deed(body), 'pull request', 'pull_request')
  },
  issues: (body) => threadLine(body, deed(body), 'issue', 'issue'),
  issue_comment(body) {
    const action = textAt(body, 'action')
    const did = action === 'created' ? 'commented on' : `${deed(body)} a comment on`
    return sentence(
      actor(body),
      did,
      `${numbered(body, 'issue')}:`,
      title(body, 'comment', 'body'),
      linkAt(body, 'comment', 'html_url'),
    )
  },
  pull_request_review(body) {
    const state = textAt(body, 'review', 'state').toLowerCase()
    const verbs: Record<string, string> = {
      approved: 'approved',
      changes_requested: 'requested changes to',
    }
    const did = Object.hasOwn(verbs, state) ? (verbs[state] as string) : 'reviewed'
    return sentence(
      actor(body),
      did,
      `pull request ${numbered(body, 'pull_request')}:`,
      title(body, 'pull_request', 'title'),
      linkAt(body, 'review', 'html_url'),
    )
  },
  workflow_run(body) {
    if (textAt(body, 'action') !== 'completed') return undefined
    const run = (name: string) => title(body, 'workflow_run', name)
    return sentence(
      `${repository(body)}: ${firstText(run('name'), 'a workflow')}`,
      firstText(run('conclusion').toUpperCase(), 'ENDED'),
      run('head_branch') && `on ${run('head_branch')}:`,
      run('display_title'),
      linkAt(body, 'workflow_run', 'html_url'),
    )
  },
  release(body) {
    const release = (name: string) => title(body, 'release', name)
    return sentence(
      actor(body),
      deed(body),
      `release ${firstText(release('name'), release('tag_name'))} of ${repository(body)}`,
      linkAt(body, 'release', 'html_url'),
    )
  },
}

function threadLine(body: unknown, did: string, kind: string, thing: string): string {
  return sentence(
    actor(body),
    `${did} ${kind} ${numbered(body, thing)}:`,
    title(body, thing, 'title'),
    linkAt(body, thing, 'html_url'),
  )
}

function push(body: unknown): string {
  const ref = word(body, 'ref')
  const kind = ref.startsWith('refs/tags/') ? 'tag' : 'branch'
  const name = ref.replace(/^refs\/(heads|tags)\//, '')
  const commits = listAt(body, 'commits')
  const place = `${kind} ${name} of ${repository(body)}`
  if (isTrueAt(body, 'deleted')) return sentence(actor(body), 'deleted', place)
  if (commits.length === 0) {
    const did = isTrueAt(body, 'created') ? 'created' : 'changed'
    return sentence(actor(body), did, place, linkAt(body, 'compare'))
  }
  const count = commits.length === 1 ? '1 commit' : `${commits.length} commits`
  const did = isTrueAt(body, 'forced') ? 'force-pushed' : 'pushed'
  return sentence(
    `${actor(body)} ${did} ${count} to ${place}:`,
    firstLine(body),
    linkAt(body, 'compare'),
  )
}

/** The first line of the message of the latest commit. */
function firstLine(body: unknown): string {
  const { head_commit: commit } = body as { head_commit?: unknown }
  const { message } = (commit ?? {}) as { message?: unknown }
  return title({ message: typeof message === 'string' ? message.split('\n', 1)[0] : '' }, 'message')
}

function otherEvent(event: string, body: unknown): string {
  const what = short(event.replaceAll('_', ' '), WORD_BYTES)
  return sentence(
    `${firstText(repository(body), 'GitHub')}: ${what}`,
    deed(body),
    `by ${actor(body)}`,
  )
}
