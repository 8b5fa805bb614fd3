/** Shows what openapi.json says, an operation each, and tries one. Asks this server alone. */

const described = await (await fetch('/openapi.json')).json()
document.getElementById('about').textContent = described.info.description

/** Return an element with a text in it. */
function made(name, text = '') {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

/** Return a body that an operation may be tried with. */
function example(schema) {
  const known = { q: 'Il pleut.', text: 'Il pleut.', source: 'auto', target: 'en' }
  const named = schema.required.filter((name) => name in known)
  return JSON.stringify(Object.fromEntries(named.map((name) => [name, known[name]])), null, 1)
}

for (const [path, methods] of Object.entries(described.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const section = made('section')
    section.append(made('h2', `${method.toUpperCase()} ${path}`), made('p', operation.summary))
    if (operation.description) section.append(made('p', operation.description))
    for (const [status, answer] of Object.entries(operation.responses)) {
      section.append(made('div', `${status}: ${answer.description}`))
    }
    const schema = operation.requestBody?.content['application/json']?.schema
    if (schema) {
      const details = made('details')
      details.append(made('summary', 'Body'), made('pre', JSON.stringify(schema, null, 1)))
      const body = made('textarea', example(schema))
      body.setAttribute('aria-label', 'Body')
      const button = made('button', 'Try')
      const output = made('pre')
      button.addEventListener('click', async () => {
        const headers = { 'Content-Type': 'application/json' }
        const response = await fetch(path, { method, headers, body: body.value })
        output.textContent = `${response.status}\n${await response.text()}`
      })
      section.append(details, body, button, output)
    }
    document.getElementById('operations').append(section)
  }
}
