// Draws the documents from /openapi.json: services and their methods on the left, one method or one message on the right.
'use strict';

const words = {
  zh: {
    other: 'English', filter: '按名称或路径查找', parameters: '参数', name: '名称', type: '类型', meaning: '说明', body: '请求体', answer: '响应', errors: '错误',
    example: '示例', copy: '复制', copied: '已复制', required: '必填', readOnly: '服务器填写', anonymous: '无需登录', signedIn: '需要登录', path: '路径', query: '查询',
    messages: '数据结构', usedBy: '出现于', services: '服务', atLeast: '至少', atMost: '至多', characters: '字符', items: '项', matches: '格式',
    nothing: '没有匹配的内容。', failed: '无法读取 /openapi.json：', unique: '不得重复',
    role: { officer: '监察干部', supervisor: '监督领导', analyst: '分析员', auditor: '审计员', admin: '系统管理员' },
  },
  en: {
    other: '中文', filter: 'Find by name or path', parameters: 'Parameters', name: 'Name', type: 'Type', meaning: 'Meaning', body: 'Request body', answer: 'Response',
    errors: 'Errors', example: 'Example', copy: 'Copy', copied: 'Copied', required: 'required', readOnly: 'set by the server', anonymous: 'No sign-in needed',
    signedIn: 'Signed in', path: 'path', query: 'query', messages: 'Messages', usedBy: 'Used by', services: 'Services', atLeast: 'at least', atMost: 'at most',
    characters: 'characters', items: 'items', matches: 'matches', nothing: 'Nothing fits.', failed: 'Cannot read /openapi.json: ',
    unique: 'no doubles', role: {},
  },
};

const verbs = ['get', 'post', 'patch', 'put', 'delete'];
const asked = new URLSearchParams(location.search).get('language');
let api, operations = [], language = asked ? spoken(asked) : recall() || spoken(navigator.language);

function spoken(tag) {
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function recall() {
  try { return localStorage.getItem('language'); } catch { return null; }
}

function remember(value) {
  try { localStorage.setItem('language', value); } catch { /* a browser that keeps nothing */ }
}

const say = (key) => words[language][key];

// An element: make('p.quiet', 'text', child, …). Texts are never read as HTML.
function make(what, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

function link(target, ...children) {
  const element = make('a', ...children);
  element.href = target;
  return element;
}

// --- Reading the document ---

const nameOf = (reference) => reference.split('/').pop();
const find = (reference) => api.components.schemas[nameOf(reference)];

// A schema as it is meant: a reference beside a description, or the first of several, is looked through.
function look(schema) {
  if (!schema) return {};
  if (schema.$ref) return { ...find(schema.$ref), ...schema, reference: nameOf(schema.$ref) };
  const inner = schema.allOf || schema.oneOf || schema.anyOf;
  return inner && inner.length ? { ...look(inner[0]), ...schema } : schema;
}

function collect() {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const verb of verbs.filter((each) => item[each])) {
      const operation = item[verb];
      operations.push({
        ...operation, path, verb, service: (operation.tags || ['API'])[0], id: operation.operationId || verb + path,
        title: operation.operationId ? operation.operationId.split(/[._/]/).pop() : verb.toUpperCase() + ' ' + path,
        parameters: [...(item.parameters || []), ...(operation.parameters || [])].map((each) => each.$ref ? api.components.parameters[nameOf(each.$ref)] : each),
      });
    }
  }
}

const json = (content) => content && content['application/json'] && content['application/json'].schema;
const bodyOf = (operation) => json((operation.requestBody || {}).content);

function answerOf(operation) {
  const [, good] = Object.entries(operation.responses || {}).find(([status]) => status.startsWith('2')) || [];
  return good && json(good.content);
}

const isAnonymous = (operation) => (operation.security || api.security || []).every((way) => Object.keys(way).length === 0);

// --- Types, rules, examples ---

function typeOf(schema) {
  const seen = look(schema);
  const type = Array.isArray(seen.type) ? seen.type.find((each) => each !== 'null') : seen.type;
  if (type === 'array') return make('span', typeOf(seen.items), '[]');
  if (seen.reference) return link('#/' + seen.reference, seen.reference.replace(/^zoufang\.v1\./, ''));
  if (seen.additionalProperties && seen.additionalProperties !== true) return make('span', '{ ', typeOf(seen.additionalProperties), ' }');
  return make('span', [type || 'any', seen.format && type !== seen.format ? ` (${seen.format})` : ''].join(''));
}

function rulesOf(schema) {
  const seen = look(schema), rules = [];
  const range = (low, high, unit) => {
    if (low !== undefined) rules.push(`${say('atLeast')} ${low} ${unit}`.trim());
    if (high !== undefined) rules.push(`${say('atMost')} ${high} ${unit}`.trim());
  };
  range(seen.minLength, seen.maxLength, say('characters'));
  range(seen.minItems, seen.maxItems, say('items'));
  range(seen.minimum, seen.maximum, '');
  if (seen.exclusiveMinimum !== undefined) rules.push(`> ${seen.exclusiveMinimum}`);
  if (seen.exclusiveMaximum !== undefined) rules.push(`< ${seen.exclusiveMaximum}`);
  if (seen.pattern) rules.push(`${say('matches')} ${seen.pattern}`);
  if (seen.uniqueItems) rules.push(say('unique'));
  return rules.join(' · ');
}

const samples = {
  uuid: '018f2a3c-5b7d-7e91-8a42-1c9d3e5f7a60', 'date-time': '2026-03-14T09:26:53Z', date: '2026-03-14', byte: 'AAAA', int64: '1', uint64: '1', duration: '3600s',
};

// A value that a schema allows. What the server sets is left out of a body.
function exampleOf(schema, inBody, depth = 0) {
  const seen = look(schema);
  if (seen.example !== undefined) return seen.example;
  if (seen.examples && seen.examples.length) return seen.examples[0];
  if (seen.default !== undefined) return seen.default;
  if (seen.enum) return seen.enum.find((each) => !String(each).endsWith('_UNSPECIFIED')) ?? seen.enum[0];
  const type = Array.isArray(seen.type) ? seen.type[0] : seen.type;
  if (type === 'array') return depth > 4 ? [] : [exampleOf(seen.items, inBody, depth + 1)];
  if (type === 'integer' || type === 'number') return seen.minimum ?? 0;
  if (type === 'boolean') return false;
  if (type === 'string') return samples[seen.format] ?? '';
  if (depth > 4) return {};
  const shown = Object.entries(seen.properties || {}).filter(([, field]) => !(inBody && look(field).readOnly));
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, inBody, depth + 1)]));
}

function curlOf(operation) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const needed = operation.parameters.filter((each) => each.in === 'query' && each.required).map((each) => `${each.name}=${exampleOf(each.schema)}`);
  const path = operation.path.replace(/\{[^}]+\}/g, samples.uuid) + (needed.length ? '?' + needed.join('&') : '');
  const lines = [`curl ${operation.verb === 'get' ? '' : `-X ${operation.verb.toUpperCase()} `}${quote(location.origin + path)}`];
  if (!isAnonymous(operation)) lines.push('-H "Authorization: Bearer $TOKEN"');
  const body = bodyOf(operation);
  if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(exampleOf(body, true), null, 2))}`);
  return lines.join(' \\\n  ');
}

// --- Drawing ---

// Text with `code` in it.
const marked = (text) => text.split(/`([^`]+)`/).map((piece, i) => i % 2 ? make('code', piece) : piece);

// What the description of an enum says of a value: "- `NAME`: text".
function meaningsOf(schema) {
  return Object.fromEntries([...(schema.description || '').matchAll(/^- `([^`]+)`: (.*)$/gm)].map(([, name, text]) => [name, text]));
}

// A description without what is drawn in another way: the meanings of an enum's values, a method's roles.
const plain = (text) => (text || '').replace(/^- `[^`]+`: .*\n?/gm, '').replace(/\n*^(Roles: |角色：).*$/m, '').trim();

function sample(text) {
  const button = make('button', say('copy'));
  button.type = 'button';
  button.onclick = () => navigator.clipboard.writeText(text).then(() => { button.textContent = say('copied'); });
  return make('div.sample', make('pre', text), navigator.clipboard ? button : null);
}

function enumOf(seen) {
  if (!seen.enum) return null;
  const meanings = meaningsOf(seen);
  return make('div.enum', seen.enum.flatMap((value) => [make('code', String(value)), make('span.quiet', meanings[value] || '')]));
}

function table(rows) {
  const head = make('tr', make('th', say('name')), make('th', say('type')), make('th', say('meaning')));
  return make('div.wide', make('table', make('thead', head), make('tbody', rows)));
}

function row(name, schema, description, required, place) {
  const seen = look(schema), inner = look(seen.items);
  const rules = rulesOf(schema);
  return make('tr',
    make('td', make('code', name), required ? make('span.must', say('required')) : null, seen.readOnly ? make('span.given', say('readOnly')) : null,
      place ? make('span.given', say(place)) : null),
    make('td', typeOf(schema)),
    make('td', make('p', marked(plain(description || seen.description))), rules ? make('div.rule', rules) : null,
      seen.reference || inner.reference ? null : enumOf(seen.enum ? seen : inner)));
}

function fieldsOf(schema) {
  const seen = look(schema), required = seen.required || [];
  if (seen.enum) return enumOf(seen);
  const fields = Object.entries(seen.properties || {});
  return fields.length ? table(fields.map(([name, field]) => row(name, field, field.description, required.includes(name)))) : make('p.quiet', typeOf(schema));
}

const route = (operation) => make('div.route', make(`span.verb.${operation.verb}`, operation.verb.toUpperCase()),
  make('code', operation.path.split(/(\{[^}]+\})/).map((piece) => piece.startsWith('{') ? make('span.variable', piece) : piece)));

function rolesOf(operation) {
  if (isAnonymous(operation)) return [make('span.tag', say('anonymous'))];
  const roles = operation['x-roles'] || [];
  return roles.length ? roles.map((role) => make('span.tag', say('role')[role] || role)) : [make('span.tag', say('signedIn'))];
}

function drawOperation(operation) {
  const body = bodyOf(operation), answer = answerOf(operation);
  const errors = Object.entries(operation.responses || {}).filter(([status]) => !status.startsWith('2'))
    .map(([status, each]) => [status, each.$ref ? api.components.responses[nameOf(each.$ref)] : each]);
  return [
    make('h1', operation.title), route(operation), make('div.tags', make('span.tag', operation.service), rolesOf(operation)),
    make('p', marked(plain(operation.description || operation.summary))),
    operation.parameters.length ? [make('h3', say('parameters')), table(operation.parameters.map((each) => row(each.name, each.schema, each.description, each.required, each.in)))] : null,
    body ? [make('h3', say('body'), ' ', typeOf(body)), fieldsOf(body)] : null,
    make('h3', say('example')), sample(curlOf(operation)),
    answer ? [make('h3', say('answer'), ' ', typeOf(answer)), fieldsOf(answer), make('h3', say('example')), sample(JSON.stringify(exampleOf(answer), null, 2))] : null,
    errors.length ? [make('h3', say('errors')), make('div.enum', errors.flatMap(([status, each]) => [json(each.content) ? typeOf(json(each.content)) : make('code', status), make('span.quiet', each.description || '')]))] : null,
  ];
}

function uses(name) {
  const mark = JSON.stringify('#/components/schemas/' + name);
  const among = operations.filter((each) => JSON.stringify([each.requestBody, each.responses, each.parameters]).includes(mark)).map((each) => link('#' + each.id, each.title));
  const inside = Object.entries(api.components.schemas).filter(([, schema]) => JSON.stringify(schema).includes(mark)).map(([other]) => link('#/' + other, other));
  return [...among, ...inside];
}

function drawMessage(name) {
  const schema = api.components.schemas[name], users = uses(name);
  return [
    make('h1', name), make('p', marked(plain(schema.description))), fieldsOf(schema),
    schema.enum ? null : [make('h3', say('example')), sample(JSON.stringify(exampleOf(schema), null, 2))],
    users.length ? [make('h3', say('usedBy')), make('div.tags', users.map((each) => make('span.tag', each)))] : null,
  ];
}

const services = () => [...new Set(operations.map((each) => each.service))];
const tagOf = (service) => (api.tags || []).find((tag) => tag.name === service) || {};

function drawOverview() {
  const cards = services().map((service) => make('section.card', make('h2', service), make('p', marked(tagOf(service).description || '')),
    make('ul', operations.filter((each) => each.service === service).map((each) => make('li', link('#' + each.id, each.title))))));
  return [make('h1', api.info.title || 'API'), make('p', marked(api.info.description || '')), make('div.cards', cards)];
}

function drawContents() {
  const wanted = document.getElementById('filter').value.trim().toLowerCase(), here = decodeURIComponent(location.hash.slice(1));
  const fits = (...texts) => texts.some((text) => text && text.toLowerCase().includes(wanted));
  const entry = (target, label, verb) => {
    const anchor = link('#' + target, verb ? make(`span.verb.${verb}`, verb.toUpperCase()) : null, label);
    if (target === here) anchor.className = 'here';
    return make('li', anchor);
  };
  const group = (title, entries, open) => {
    const details = make('details', make('summary', title), make('ul', entries));
    details.open = open || wanted !== '' || entries.some((each) => each.firstChild.className === 'here');
    return entries.length ? details : null;
  };
  const groups = services().map((service) => group(service,
    operations.filter((each) => each.service === service && fits(each.title, each.path, service, each.summary)).map((each) => entry(each.id, each.title, each.verb)), true));
  const messages = Object.keys(api.components.schemas).filter((name) => fits(name)).sort().map((name) => entry('/' + name, name));
  const drawn = [...groups, group(say('messages'), messages, false)].filter(Boolean);
  document.getElementById('contents').replaceChildren(...(drawn.length ? drawn : [make('p.quiet', say('nothing'))]));
}

function drawMain() {
  const here = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find((each) => each.id === here), name = here.slice(1);
  const drawn = operation ? drawOperation(operation) : here.startsWith('/') && api.components.schemas[name] ? drawMessage(name) : drawOverview();
  document.getElementById('main').replaceChildren(...drawn.flat(2).filter(Boolean));
  window.scrollTo(0, 0);
}

function draw() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.getElementById('language').textContent = say('other');
  document.getElementById('filter').placeholder = say('filter');
  document.getElementById('filter').ariaLabel = say('filter');
  if (!api) return;
  drawContents();
  drawMain();
}

document.getElementById('language').onclick = () => {
  language = language === 'zh' ? 'en' : 'zh';
  remember(language);
  load();
};
document.getElementById('filter').oninput = () => api && drawContents();
window.onhashchange = draw;
draw();

const load = () => fetch('/openapi.json?language=' + language).then((response) => response.json()).then((document_) => {
  api = document_;
  operations = [];
  api.components = { schemas: {}, ...api.components };
  document.getElementById('version').textContent = api.info.version;
  collect();
  draw();
}).catch((error) => document.getElementById('main').replaceChildren(make('p', say('failed') + error.message)));
load();
