import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './config.ts'

test('trusted proxies are addresses and ranges that exist', () => {
  const good = '10.0.0.5, 10.0.0.0/8,192.168.1.1/32, ::1, fd00::/8, ::1/128'
  assert.equal(loadConfig({ TRUSTED_PROXIES: good }, []).trustedProxies.length, 6)
  const bad = [
    ...['10.0.0.0/99', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/8/8'],
    ...['fd00::/129', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0/8', 'proxy.example'],
  ]
  for (const value of bad) {
    assert.throws(() => loadConfig({ TRUSTED_PROXIES: `10.0.0.5,${value}` }, []), {
      name: 'StartupError',
      message: new RegExp(`TRUSTED_PROXIES: ${value.replaceAll('.', '\\.')} is not`),
    })
  }
})

test('in production money moves, or the shop does not start', () => {
  const production = {
    ...{ NODE_ENV: 'production', PUBLIC_URL: 'https://tickets.example', AUTH_KEY: 'a key' },
    ...{ SMTP_URL: 'smtp://mail.example', STRIPE_SECRET_KEY: 'sk', STRIPE_WEBHOOK_SECRET: 'whsec' },
  }
  const isSimulated = (env: Record<string, string>) => {
    const { roles, payments } = loadConfig(env, [])
    return [roles.has('payment-simulator'), payments.isSimulated]
  }
  assert.deepEqual(isSimulated({}), [true, true])
  assert.deepEqual(isSimulated(production), [false, false])
  for (const [env, args, message] of [
    [{ STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' }, [], /STRIPE_SECRET_KEY is missing/],
    [{ STRIPE_WEBHOOK_SECRET: '' }, [], /STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together/],
    [{ STRIPE_SECRET_KEY: '' }, [], /STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together/],
    [{}, ['--role', 'payment-simulator'], /it moves no money/],
    [{}, ['--role', 'all'], /it moves no money/],
  ] as const) {
    assert.throws(() => loadConfig({ ...production, ...env }, args), { name: 'StartupError', message })
  }
}) // prettier-ignore

test('processes that may have siblings are told that tokens need one key', () => {
  const notes = (env: Record<string, string>, args: string[] = []) =>
    loadConfig(env, args).warnings.filter((warning) => /AUTH_KEY.*DATA_DIR/.test(warning)).length
  const DATABASE_URL = 'postgresql://db.example/boxoffice'
  assert.equal(notes({ DATABASE_URL }), 1)
  assert.equal(notes({}, ['--role', 'user']), 1)
  assert.equal(notes({ DATABASE_URL, AUTH_KEY: 'a key' }), 0)
  assert.equal(notes({}), 0)
})
