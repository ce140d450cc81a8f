/**
 * The webhooks of Prometheus Alertmanager (version 4) and of Grafana's unified alerting, which have
 * the same form: one line for each alert.
 *
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import { firstText, linkAt, listAt, sentence, short, textAt } from './values.ts'

/** Lines of one request; further alerts are counted in the last line. */
const MAX_LINES = 50
/** UTF-8 bytes of a label, and of a summary. */
const LABEL_BYTES = 100
const SUMMARY_BYTES = 600

/** Returns undefined if the body is no such webhook. */
export function alertLines(body: unknown): string[] | undefined {
  const alerts = listAt(body, 'alerts')
  if (alerts.length === 0) return undefined
  const shown = alerts.length > MAX_LINES ? alerts.slice(0, MAX_LINES - 1) : alerts
  const left = alerts.length - shown.length + (Number(textAt(body, 'truncatedAlerts')) || 0)
  const page = linkAt(body, 'externalURL')
  const rest =
    left > 0 ? [sentence(`and ${left} more ${left === 1 ? 'alert' : 'alerts'}`, page)] : []
  return [...shown.map((alert) => alertLine(alert, page)), ...rest]
}

/** `FIRING critical HighLatency (db1:9100): The 99th percentile is over 500 ms. http://…` */
function alertLine(alert: unknown, page: string): string {
  const label = (name: string) => short(textAt(alert, 'labels', name), LABEL_BYTES)
  const note = (name: string) => textAt(alert, 'annotations', name)
  const where = label('instance')
  const what = sentence(firstText(label('alertname'), 'alert'), where && `(${where})`)
  const summary = short(
    firstText(note('summary'), note('description'), note('message')),
    SUMMARY_BYTES,
  )
  const links = ['panelURL', 'dashboardURL', 'generatorURL'].map((name) => linkAt(alert, name))
  return sentence(
    firstText(textAt(alert, 'status').slice(0, 20), 'firing').toUpperCase(),
    label('severity'),
    summary === '' ? what : `${what}: ${summary}`,
    firstText(...links, page),
  )
}
