// GitHub's API on loopback: validates every request against GitHub's own description, keeps comments and check runs, and
// fails as told.
import { createServer } from "node:http";
import { answerFaults, examine } from "./slice.mjs";

const user = (login, type) => ({
  login, type, id: 1, node_id: "x", avatar_url: "https://x.example/a", gravatar_id: "", url: "https://x.example/u",
  html_url: "https://x.example/h", followers_url: "https://x.example/1", following_url: "https://x.example/2",
  gists_url: "https://x.example/3", starred_url: "https://x.example/4", subscriptions_url: "https://x.example/5",
  organizations_url: "https://x.example/6", repos_url: "https://x.example/7", events_url: "https://x.example/8",
  received_events_url: "https://x.example/9", site_admin: false,
});

export const comment = (id, body, login = "github-actions[bot]", type = "Bot") => ({
  id, node_id: "x", url: "https://x.example/c", html_url: "https://x.example/h", issue_url: "https://x.example/i",
  created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z", author_association: "NONE",
  body, user: user(login, type),
});

// options.misbehave(request, n) may return {status, headers, message, after, drip}: `after`: act first, then fail.
export async function startGithub(options = {}) {
  const github = { comments: [], checkRuns: [], pulls: {}, files: {}, requests: [], faults: [], ...options };
  let nextId = 1000;

  const act = (operation, path, query, json) => {
    switch (operation.method + " " + operation.template) {
      case "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": {
        const size = Number(query.get("per_page") ?? 30);
        const page = Number(query.get("page") ?? 1);
        const more = page * size < github.comments.length;
        const link = `<${github.url}/repos/${path.owner}/${path.repo}/issues/${path.issue_number}/comments?per_page=${size}&page=${page + 1}>; rel="next"`;
        return [200, github.comments.slice((page - 1) * size, page * size), more ? { link } : {}];
      }
      case "POST /repos/{owner}/{repo}/issues/{issue_number}/comments":
        if (json.body.length > 65536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
        github.comments.push(comment(nextId++, json.body));
        return [201, github.comments.at(-1)];
      case "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": {
        const found = github.comments.find((one) => one.id === Number(path.comment_id));
        if (!found) return [404, { message: "Not Found" }];
        if (json.body.length > 65536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
        found.body = json.body;
        return [200, found];
      }
      case "POST /repos/{owner}/{repo}/check-runs":
        // Said in the description's words, not in its schema.
        if (json.status === "completed" && !json.conclusion) return [422, { message: "conclusion is missing" }];
        github.checkRuns.push({ id: nextId++, ...json });
        return [201, null];
      case "GET /repos/{owner}/{repo}/commits/{ref}/check-runs":
        {
          const runs = github.checkRuns.filter((one) => one.name === query.get("check_name"));
          return [200, { total_count: runs.length, check_runs: runs }, {}, "partial"];
        }
      case "GET /repos/{owner}/{repo}/pulls/{pull_number}": {
        const pull = github.pulls[path.pull_number];
        return pull ? [200, pull, {}, "partial"] : [404, { message: "Not Found" }];
      }
      case "GET /repos/{owner}/{repo}/contents/{path}": {
        const text = github.files[query.get("ref") + ":" + path.path];
        return text === undefined ? [404, { message: "Not Found" }] : [200, text, {}, "raw"];
      }
      case "GET /user":
        return [403, { message: "Resource not accessible by integration" }];
    }
  };

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      const kept = { method: request.method, url: request.url, headers: request.headers, body };
      github.requests.push(kept);
      const { operation, path, query, faults } = examine(request.method, request.url, body);
      if (!request.headers["user-agent"]) faults.push("no User-Agent: GitHub answers 403");
      if (request.headers.authorization !== "Bearer " + (github.token ?? "secret-token")) faults.push("no Bearer token");
      if (!/^application\/vnd\.github/.test(request.headers.accept)) faults.push("no Accept of GitHub's kind");
      github.faults.push(...faults.map((fault) => `${request.method} ${request.url}: ${fault}`));
      const send = (status, json, headers = {}, kind = "") => {
        if (!kind && json !== null) github.faults.push(...answerFaults(operation, status, json));
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(kind === "raw" ? json : JSON.stringify(json ?? {}));
      };
      if (faults.length) return send(422, { message: faults.join("; ") }, {}, "partial");
      const misbehave = github.misbehave?.(kept, github.requests.length);
      if (misbehave?.after) act(operation, path, query, body && JSON.parse(body));
      if (misbehave?.drip) {
        response.writeHead(200, { "content-type": "application/json", "content-length": 100000 });
        const timer = setInterval(() => response.write(" "), 100);
        return request.socket.on("close", () => clearInterval(timer));
      }
      if (misbehave) return send(misbehave.status, { message: misbehave.message ?? "no" }, misbehave.headers, "partial");
      send(...act(operation, path, query, body && JSON.parse(body)));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  github.url = `http://127.0.0.1:${server.address().port}`;
  github.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return github;
}
