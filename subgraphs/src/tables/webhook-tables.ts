/** Tables of webhooks: who is sent something, what is to be sent, and what came of it. */
export const WEBHOOK_ENDPOINTS_TABLE = '_webhook_endpoints';
export const WEBHOOK_FORMS_TABLE = '_webhook_forms';
export const WEBHOOK_DELIVERIES_TABLE = '_webhook_deliveries';
export const WEBHOOK_ATTEMPTS_TABLE = '_webhook_attempts';

export const CREATE_WEBHOOK_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS "${WEBHOOK_ENDPOINTS_TABLE}" (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     url text NOT NULL UNIQUE,
     secret text NOT NULL,
     former_secret text,
     former_until timestamptz,
     disabled_at timestamptz,
     disabled_reason text,
     failing_since timestamptz,
     created_at timestamptz NOT NULL DEFAULT now())`,
  // Methods, headers and policies that deliveries were made with, each once, by a hash of them.
  `CREATE TABLE IF NOT EXISTS "${WEBHOOK_FORMS_TABLE}" (
     hash text PRIMARY KEY,
     form jsonb NOT NULL)`,
  // `tries` are the failures since the delivery was last asked for; `claim` counts who has taken it to send it.
  `CREATE TABLE IF NOT EXISTS "${WEBHOOK_DELIVERIES_TABLE}" (
     id uuid PRIMARY KEY,
     endpoint_id uuid NOT NULL,
     form text NOT NULL,
     event text NOT NULL,
     entity text,
     record_key text,
     body text NOT NULL,
     status text NOT NULL,
     claim integer NOT NULL,
     tries integer NOT NULL,
     due_at timestamptz,
     last_status integer,
     error text,
     created_at timestamptz NOT NULL DEFAULT now(),
     ended_at timestamptz)`,
  // What is to be sent is little among what was sent.
  `CREATE INDEX IF NOT EXISTS "_ix_webhook_deliveries_due" ON "${WEBHOOK_DELIVERIES_TABLE}" (endpoint_id, due_at)
     WHERE due_at IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS "_ix_webhook_deliveries_failed" ON "${WEBHOOK_DELIVERIES_TABLE}" (endpoint_id, id)
     WHERE status = 'failed'`,
  `CREATE INDEX IF NOT EXISTS "_ix_webhook_deliveries_endpoint" ON "${WEBHOOK_DELIVERIES_TABLE}" (endpoint_id, id)`,
  `CREATE INDEX IF NOT EXISTS "_ix_webhook_deliveries_record" ON "${WEBHOOK_DELIVERIES_TABLE}" (record_key, id)`,
  // Few have another status.
  `CREATE INDEX IF NOT EXISTS "_ix_webhook_deliveries_status" ON "${WEBHOOK_DELIVERIES_TABLE}" (status, id)
     WHERE status <> 'delivered'`,
  // Numbered by the claims of their delivery, so that one of which nothing is known is missing.
  `CREATE TABLE IF NOT EXISTS "${WEBHOOK_ATTEMPTS_TABLE}" (
     delivery_id uuid NOT NULL,
     number integer NOT NULL,
     at timestamptz NOT NULL,
     duration_ms integer NOT NULL,
     status integer,
     error text,
     response text NOT NULL,
     PRIMARY KEY (delivery_id, number))`,
];
