// The gateway's sentences. They are English; those that are known are told in Chinese.

import { el } from "./dom.js";
import { language } from "./language.js";
import { rolloutSentences } from "./rollout_sentences.js";

const NUMBER = "([-+\\d.,]+)";

// The forms of gateway/analysis/comparison/reasons.py and truth.py.
const SENTENCES = [
  ["^(.+): it is not certain that the spans agree with Envoy's own counters: no verdict until it is$",
    "$1：尚不能确定 span 与 Envoy 自身的计数一致，确定之前没有结论"],
  [`^(.+) fails ${NUMBER} % against ${NUMBER} %: (.+) only on domain$`,
    "$1 的失败率为 $2 %，旧路径为 $3 %：$4 只出现在新路径"],
  [`^(.+) fails ${NUMBER} % against ${NUMBER} %: (.+) on both paths$`,
    "$1 的失败率为 $2 %，旧路径为 $3 %：两条路径都有 $4"],
  [`^(.+) fails ${NUMBER} % with nothing to compare: (.+)$`,
    "$1 的失败率为 $2 %，没有可比较的请求：$3"],
  [`^(.+) fails ${NUMBER} % against ${NUMBER} %$`, "$1 的失败率为 $2 %，旧路径为 $3 %"],
  [`^(.+): ${NUMBER} of ${NUMBER} requests of domain were answered by legacy: (\\S+), ` +
    `${NUMBER} ms lost each$`,
    "$1：新路径的 $3 个请求中有 $2 个由旧路径应答：$4，每个损失 $5 ms"],
  [`^(.+): (p\\d+) (at least )?${NUMBER} ms against ${NUMBER} ms \\(${NUMBER} %\\); most of it in ` +
    `"(.+)" \\(${NUMBER} ms a request against ${NUMBER}\\)$`,
    (_, rpc, name, least, domain, legacy, change, part, ms, beside) =>
      `${rpc}：${name} ${atLeast(least)} ${domain} ms，旧路径为 ${legacy} ms（${change} %）；` +
      `主要在“${part}”（每个请求 ${ms} ms，旧路径 ${beside}）`],
  [`^(.+): (p\\d+) (at least )?${NUMBER} ms against ${NUMBER} ms \\(${NUMBER} %\\)$`,
    (_, rpc, name, least, domain, legacy, change) =>
      `${rpc}：${name} ${atLeast(least)} ${domain} ms，旧路径为 ${legacy} ms（${change} %）`],
  [`^(.+): clients left ${NUMBER} % of requests unanswered against ${NUMBER} %$`,
    "$1：客户端在应答前离开的请求占 $2 %，旧路径为 $3 %"],
  [`^(.+): ${NUMBER} % end with (.+), only on domain$`, "$1：$2 % 以 $3 结束，只在新路径"],
  [`^(.+): no difference that matters; domain's p50 is less than ${NUMBER} % longer, its p95 ` +
    `less than ${NUMBER} %, its failures less than ${NUMBER} points more$`,
    "$1：没有重要差别；新路径的 p50 增幅小于 $2 %，p95 小于 $3 %，失败率增幅小于 $4 个百分点"],
  [`^(.+) needs about ${NUMBER} more requests on domain$`, "$1 还需要约 $2 个新路径的请求"],
  [`^(.+) needs about ${NUMBER} more requests on legacy$`, "$1 还需要约 $2 个旧路径的请求"],
  ["^(.+) needs more than a million requests on each path$", "$1 每条路径需要一百万以上的请求"],
  ["^(.+): every request ended by its client leaving$", "$1：所有请求都因客户端离开而结束"],
  ["^(.+): no requests$", "$1：没有请求"],
  [`^(.+): ${NUMBER} % of ${NUMBER} requests were assigned to domain, and ${NUMBER} % should ` +
    "have been$",
    "$1：$3 个请求中有 $2 % 分配给新路径，应为 $4 %"],
  [`^Envoy answered ${NUMBER} requests, spans tell of ${NUMBER}: ${NUMBER} missing$`,
    "Envoy 应答了 $1 个请求，span 记录了 $2 个：缺少 $3 个"],
  [`^Envoy answered ${NUMBER} requests, spans tell of ${NUMBER}: ${NUMBER} too many$`,
    "Envoy 应答了 $1 个请求，span 记录了 $2 个：多出 $3 个"],
  [`^(.+): Envoy counted ${NUMBER} requests and ${NUMBER} faults, spans ${NUMBER} and ${NUMBER}$`,
    "$1：Envoy 计 $2 个请求、$3 个故障，span 计 $4 个和 $5 个"],
];
const COMPARISON = compiled(SENTENCES);
const ROLLOUT = compiled(rolloutSentences((sentence) => told(sentence) || sentence));

function atLeast(least) {
  return least ? "至少为" : "为";
}

/** A sentence of the gateway, in the page's language if it is one of those known. */
export function reasonNode(sentence) {
  const chinese = language() === "zh" && (told(sentence) || first(COMPARISON, sentence));
  return chinese ? el("span", {}, chinese) : el("span", { lang: "en" }, sentence);
}

/** One of the rollout's sentences, or several with "; " between them, in Chinese; "" if unknown. */
function told(sentence) {
  const whole = first(ROLLOUT, sentence);
  if (whole) return whole;
  for (let at = sentence.indexOf("; "); at > 0; at = sentence.indexOf("; ", at + 2)) {
    const head = first(ROLLOUT, sentence.slice(0, at));
    const tail = head && told(sentence.slice(at + 2));
    if (tail) return `${head}；${tail}`;
  }
  return "";
}

/** What the first form that fits makes of a sentence; "" when none does. */
function first(forms, sentence) {
  for (const [form, chinese] of forms) {
    const made = form.test(sentence) ? sentence.replace(form, chinese) : sentence;
    if (made !== sentence) return made;
  }
  return "";
}

function compiled(sentences) {
  return sentences.map(([form, chinese]) => [new RegExp(form), chinese]);
}
