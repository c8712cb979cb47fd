// The operations of GitHub's API that a gate uses, with their schemas, cut out of GitHub's own description.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const require = createRequire(import.meta.url);
const document = JSON.parse(readFileSync(require.resolve("@octokit/openapi/generated/api.github.com.json")));

const used = [
  ["get", "/user"],
  ["get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"],
  ["post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"],
  ["patch", "/repos/{owner}/{repo}/issues/comments/{comment_id}"],
  ["post", "/repos/{owner}/{repo}/check-runs"],
  ["get", "/repos/{owner}/{repo}/commits/{ref}/check-runs"],
  ["get", "/repos/{owner}/{repo}/pulls/{pull_number}"],
  ["get", "/repos/{owner}/{repo}/contents/{path}"],
];

const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: true });
addFormats(ajv);
ajv.addSchema({ $id: "github", components: document.components });

const compile = (schema) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/')));
const resolve = (node) => (node.$ref ? node.$ref.slice(2).split("/").reduce((at, key) => at[key], document) : node);

const operations = used.map(([method, template]) => {
  const operation = document.paths[template][method];
  const parameters = [...(document.paths[template].parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
  const body = operation.requestBody?.content["application/json"].schema;
  const responses = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    const schema = resolve(response).content?.["application/json"]?.schema;
    if (schema) responses[status] = compile(schema);
  }
  return {
    method: method.toUpperCase(),
    template,
    pattern: new RegExp("^" + template.replace(/\{path\}/, "(.+)").replace(/\{[a-z_]+\}/g, "([^/]+)") + "$"),
    names: [...template.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]),
    parameters: Object.fromEntries(parameters.map((p) => [p.name, { in: p.in, check: compile(p.schema) }])),
    body: body && compile(body),
    responses,
  };
});

const complain = (what, check) => what + ": " + ajv.errorsText(check.errors);

// What is wrong with a request, a sentence each; and which operation it is.
export function examine(method, url, body) {
  const { pathname, searchParams } = new URL(url, "http://x");
  const operation = operations.find((one) => one.method === method && one.pattern.test(pathname));
  if (!operation) return { faults: [`no operation is ${method} ${pathname}`] };
  const faults = [];
  const values = operation.pattern.exec(pathname).slice(1);
  const path = Object.fromEntries(operation.names.map((name, i) => [name, decodeURIComponent(values[i])]));
  for (const [name, value] of [...Object.entries(path), ...searchParams]) {
    const parameter = operation.parameters[name];
    if (!parameter) faults.push("no parameter is called " + name);
    // coerceTypes needs an owner to coerce into; every value of an address is text.
    else if (!parameter.check(/^\d+$/.test(value) ? Number(value) : value)) faults.push(complain(name, parameter.check));
  }
  if (operation.body) {
    let json;
    try {
      json = JSON.parse(body);
      if (!operation.body(json)) faults.push(complain("body", operation.body));
    } catch (error) {
      faults.push("body: " + error.message);
    }
  } else if (body) faults.push("a body where none is asked for");
  return { operation, path, query: searchParams, faults };
}

// Our own answers are checked as well: a fake that GitHub would not be proves nothing.
export function answerFaults(operation, status, json) {
  const check = operation.responses[status];
  return check && !check(structuredClone(json)) ? [complain("answer", check)] : [];
}
