// Runs the public audits of GraphQL over HTTP against ZUGONG_URL with ZUGONG_TOKEN; prints what failed.
import { auditServer } from 'graphql-http'

const headers = { authorization: `Bearer ${process.env.ZUGONG_TOKEN}`, 'x-graphql-csrf': '1' }
const fetchFn = (url, init = {}) => fetch(url, { ...init, headers: { ...headers, ...init.headers } })
const results = await auditServer({ url: `${process.env.ZUGONG_URL}/graphql`, fetchFn })
const failed = results.filter((result) => result.status !== 'ok')
for (const { id, name, status, reason } of failed) {
  console.error(`${status} ${id} ${name}: ${reason}`)
}
console.log(`${results.length - failed.length}/${results.length}`)
