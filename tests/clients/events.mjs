// Speaks to /graphql/stream at ZUGONG_URL through the public client of its protocol.
import { createClient } from 'graphql-sse'

const client = createClient({
  url: `${process.env.ZUGONG_URL}/graphql/stream`,
  headers: { authorization: `Bearer ${process.env.ZUGONG_TOKEN}` },
  retryAttempts: 0,
})
const results = []
for await (const result of client.iterate({ query: '{ viewer { __typename } }' })) {
  results.push(result)
}
for await (const result of client.iterate({ query: '{ nonsense }' })) {
  results.push(result)
}
client.dispose()
console.log(JSON.stringify(results))
