// Opens the GraphiQL page of ZUGONG_URL in the browser at CHROMIUM, runs the query that stands in it, and prints as JSON what the
// page logged, what it asked of other hosts, and what the query answered.
import puppeteer from 'puppeteer-core'

const { ZUGONG_URL: url, ZUGONG_TOKEN: token, CHROMIUM: executablePath } = process.env
const browser = await puppeteer.launch({
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
})
const errors = []
const outside = []
let answered
try {
  const page = await browser.newPage()
  page.on('console', (message) => ['error', 'warn'].includes(message.type()) && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('requestfailed', (request) => errors.push(`${request.url()} ${request.failure()?.errorText}`))
  page.on('request', (request) => {
    const target = new URL(request.url())
    if (!['data:', 'blob:'].includes(target.protocol) && target.origin !== new URL(url).origin) outside.push(target.href)
  })
  const asked = new Promise((resolve) => {
    page.on('response', async (response) => {
      const body = response.request().postData() ?? ''
      if (response.url() === `${url}/graphql` && !body.includes('Introspection')) resolve(await response.json())
    })
  })
  await page.goto(`${url}/graphiql#token=${token}`, { waitUntil: 'networkidle0' })
  const run = await page.waitForSelector('.graphiql-execute-button', { timeout: 30_000 })
  await run.click()
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('the query was not answered')), 30_000))
  answered = await Promise.race([asked, late])
} finally {
  await browser.close()
}
console.log(JSON.stringify({ errors, outside, answered }))
