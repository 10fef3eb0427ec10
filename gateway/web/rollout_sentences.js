// The forms of the rollout's sentences (gateway/rollout/*.py), and what they are in Chinese.

const NUMBER = "([-+\\d.,]+)";
const TIME = "(\\d+ (?:s|min|h)(?: \\d+ min)?)";
const SEEN = `${NUMBER} of ${NUMBER} requests of domain failed`;
const BESIDE = `(?: \\(${NUMBER} %(?:, with nothing to compare| against ${NUMBER} % on legacy)?\\))?`;

const APART = `(?: \\((?:${NUMBER} forced by force_domain)?(?: and )?` +
  `(?:${NUMBER} of camplane's own tools)? do not count\\))?`;

const CONTEXTS = { alert: "告警规则", camera: "摄像头" };

function contexts(text) {
  return text.split(" and ").map((one) => CONTEXTS[one] ?? one).join("和");
}

/** [form, Chinese] each; the Chinese is a replacement or makes one, of `tell` for what is within. */
export function rolloutSentences(tell) {
  return [
    // What a rollout waits for.
    ["^no plan is under way$", "没有进行中的计划"],
    ["^the rollout is complete; a domain that fails is rolled back$",
      "发布已完成；新路径若失败会被撤回"],
    ["^`camplane rollout resume`: it is paused$", "有人继续：已暂停"],
    ["^`camplane rollout promote`: the plan has a gate here$", "有人推进：计划在此设有关卡"],
    ["^the rollout of (.+) to be complete$", (_, names) => `${contexts(names)}的发布完成`],
    ["^the end of a freeze window \\((.+)\\)$", "冻结期结束（$1）"],
    ["^the end of a freeze window$", "冻结期结束"],
    ["^a freeze window of the plan$", "计划的冻结期"],
    [`^the gate's time, ${TIME} more$`, "关卡的时间，还需 $1"],
    [`^the step's time, ${TIME} more; the evidence is good$`, "步骤的时间，还需 $1；证据良好"],
    [`^the next step down in ${TIME}$`, "$1 后再下降一步"],
    ["^(camera|alert)/domain to serve: (.+)$",
      (_, name, why) => `${contexts(name)}的新路径恢复服务：${tell(why)}`],
    [`^it answers no health check, for ${TIME}$`, "它不应答健康检查，已 $1"],
    [`^it says itself that it cannot, for ${TIME}$`, "它自己报告不能服务，已 $1"],
    [`^Envoy finds it down, for ${TIME}$`, "Envoy 认为它已停止，已 $1"],
    [`^Envoy cannot be asked whether it reaches it, for ${TIME}$`,
      "无法询问 Envoy 是否能连到它，已 $1"],
    ["^nobody has looked lately$", "最近没有检查过"],
    [`^a new request of domain: the last one was judged ${TIME} ago, more than ${TIME}$`,
      "新路径的新请求：最近一个在 $1 前评判，超过 $2"],
    ["^a new request of domain: none was judged since the controller began$",
      "新路径的新请求：控制器启动以来尚未评判过"],
    ["^evidence: (.+)$", (_, rest) => `证据：${tell(rest)}`],
    ["^nothing was judged yet$", "尚未评判"],
    // Why the controller moved.
    ["^it was its turn$", "轮到它了"],
    ["^the gate's time is over$", "关卡的时间已到"],
    ["^(camera|alert) was aborted: (.+)$",
      (_, name, why) => `${contexts(name)}已中止：${tell(why)}`],
    ["^the environment's split when camplane was started$", "camplane 启动时环境设定的比例"],
    // Failures.
    [`^${SEEN} \\(${NUMBER} %(?: against ${NUMBER} % on legacy|, with nothing to compare), ` +
      `certainly more than ${NUMBER} %\\): above the tolerated ${NUMBER} %$`,
      (_, failed, n, rate, legacy, low, most) =>
        `新路径的 ${n} 个请求中有 ${failed} 个失败（${rate} %${beside(legacy)}，确定超过 ` +
        `${low} %）：高于可容许的 ${most} %`],
    [`^${NUMBER} of the last ${NUMBER} requests of domain failed \\(${NUMBER} %, certainly more ` +
      `than ${NUMBER} %\\), after ${NUMBER} of ${NUMBER} before: above the tolerated ${NUMBER} %$`,
      "新路径最近的 $2 个请求中有 $1 个失败（$3 %，确定超过 $4 %），此前 $6 个中有 $5 个：" +
        "高于可容许的 $7 %"],
    [`^${NUMBER} % of ${NUMBER} requests of domain failed(?: against ${NUMBER} % on legacy|, with ` +
      `nothing to compare): within the target of ${NUMBER} %$`,
      (_, rate, n, legacy, target) =>
        `新路径的 ${n} 个请求中 ${rate} % 失败${beside(legacy)}：在目标 ${target} % 以内`],
    [`^${NUMBER} % of ${NUMBER} requests of domain failed(?: against ${NUMBER} % on legacy|, with ` +
      `nothing to compare): no more than the target of ${NUMBER} % besides ${NUMBER} % that ` +
      "certainly fail on legacy, too$",
      (_, rate, n, legacy, target, excused) =>
        `新路径的 ${n} 个请求中 ${rate} % 失败${beside(legacy)}：不超过目标 ${target} % ` +
        `加上旧路径也必然失败的 ${excused} %`],
    [`^${SEEN}${BESIDE}(.*)$`, (whole, failed, n, rate, legacy, rest) => {
      const open = toldOpen(rest);
      const rates = rate ? `（${rate} %${legacy ? `，旧路径 ${legacy} %` : ""}）` : "";
      return open ? `新路径的 ${n} 个请求中有 ${failed} 个失败${rates}${open}` : whole;
    }],
    // Fallbacks.
    [`^${NUMBER} of ${NUMBER} requests of domain were rescued by legacy$`,
      "新路径的 $2 个请求中有 $1 个由旧路径接替"],
    [`^${NUMBER} of ${NUMBER} requests of domain were rescued by legacy \\(${NUMBER} %\\), ` +
      `certainly more than ${NUMBER} %: the circuit opens$`,
      "新路径的 $2 个请求中有 $1 个由旧路径接替（$3 %），确定超过 $4 %：熔断"],
    [`^${NUMBER} of ${NUMBER} requests of domain were rescued by legacy \\(${NUMBER} %\\), not ` +
      `certainly more than ${NUMBER} %: needs more requests of domain$`,
      "新路径的 $2 个请求中有 $1 个由旧路径接替（$3 %），尚不能确定超过 $4 %：需要更多新路径的请求"],
    [`^${NUMBER} of ${NUMBER} requests of domain were rescued by legacy \\(${NUMBER} %\\), at most ` +
      `${NUMBER} %$`, "新路径的 $2 个请求中有 $1 个由旧路径接替（$3 %），不超过 $4 %"],
    // Harm.
    [`^${NUMBER} requests of domain failed or were rescued in this step, certainly ${NUMBER} more ` +
      "than legacy explains$", "本步骤中新路径有 $1 个请求失败或被接替，确定比旧路径所能解释的多 $2 个"],
    [`^${NUMBER} requests of domain failed or were rescued in this step; legacy explains about ` +
      `${NUMBER} of them$`, "本步骤中新路径有 $1 个请求失败或被接替；旧路径可解释其中约 $2 个"],
    [`^${NUMBER} requests of domain failed or were rescued in this step, at most ${NUMBER}$`,
      "本步骤中新路径有 $1 个请求失败或被接替，不超过 $2 个"],
    // Answered as asked.
    ["^needs requests of domain$", "需要新路径的请求"],
    [`^${NUMBER} % of ${NUMBER} requests of domain were answered as asked(?: against ${NUMBER} % ` +
      "on legacy)?(?:: |, and )(.+)$", (whole, rate, n, legacy, rest) => {
      const told = toldAnswered(rest);
      return told ? `新路径的 ${n} 个请求中 ${rate} % 成功应答${beside(legacy)}：${told}` : whole;
    }],
    // Times.
    ["^no RPC was timed on both paths: needs requests that both answer$",
      "没有操作在两条路径上都有计时：需要两者都应答的请求"],
    [`^(p[\\d.]+) of (.+?) (at least )?${NUMBER} ms against ${NUMBER} ms \\(${NUMBER} %\\): (.+)$`,
      (whole, name, what, least, domain, legacy, change, rest) => {
        const told = toldLatency(rest);
        const of = what === "all RPCs" ? "所有操作" : ` ${what} `;
        const is = least ? "至少为" : "为";
        return told ? `${of}的 ${name} ${is} ${domain} ms，旧路径 ${legacy} ms（${change} %）：${told}`
          : whole;
      }],
    // Clients that left.
    [`^no client left any of ${NUMBER} requests of domain$`, "新路径的 $1 个请求没有一个被客户端放弃"],
    [`^clients left ${NUMBER} of (the last )?${NUMBER} requests of domain \\(${NUMBER} %` +
      `(?: against ${NUMBER} % on legacy|, with nothing to compare)?\\): (.+)$`,
      (whole, left, last, n, rate, legacy, rest) => {
        const told = toldLeft(rest);
        return told ? `新路径${last ? "最近的" : "的"} ${n} 个请求中有 ${left} 个被客户端放弃` +
          `（${rate} %${beside(legacy)}）：${told}` : whole;
      }],
    // Operations.
    [`^${NUMBER} operations that legacy serves in more than a trace were judged$`,
      "旧路径常用的 $1 个操作都已评判"],
    ["^legacy serves what was hardly judged on domain: needs requests of (.+)$",
      (_, names) => `旧路径提供而新路径几乎未评判：需要请求 ` +
        names.replace(/ \((\d+) more\)/g, "（还需 $1 个）").replace(/(\d+) others$/, "另外 $1 个")],
    // Replies to mirrored reads.
    [`^(.+) differs in ${NUMBER} % of replies more often between the paths than by itself, ` +
      `certainly in ${NUMBER} %; ${NUMBER} % are borne$`,
      "$1 在两条路径之间比自身波动多 $2 % 的回复不一致，确定至少 $3 %；可容许 $4 %"],
    [`^${NUMBER} pairs of replies were compared: needs ${NUMBER} more \\(\`camplane shadow on\`\\)$`,
      "已比较 $1 对回复：还需 $2 对（`camplane shadow on`）"],
    [`^(.+) seems to differ in ${NUMBER} % of replies more often between the paths than by ` +
      `itself, in ${NUMBER} pairs: needs ${NUMBER} more$`,
      "$1 在两条路径之间似乎比自身波动多 $2 % 的回复不一致（$3 对）：还需 $4 对"],
    [`^no reply is known to differ by more than ${NUMBER} % in ${NUMBER} pairs$`,
      "$2 对回复中没有已知超过 $1 % 的不一致"],
    // Use and evidence.
    ["^no request was drawn that says otherwise$", "没有相反的抽样请求"],
    [`^${NUMBER} % of ${NUMBER} requests were assigned to domain, ${NUMBER} % configured$`,
      "$2 个请求中 $1 % 分配给新路径，配置为 $3 %"],
    [`^${NUMBER} % of ${NUMBER} requests were assigned to domain, ${NUMBER} % configured: ` +
      "certainly too many$", "$2 个请求中 $1 % 分配给新路径，配置为 $3 %：确定过多"],
    [`^${NUMBER} % of ${NUMBER} requests were assigned to domain, ${NUMBER} % configured: ` +
      "certainly too few; see what holds them back$",
      "$2 个请求中 $1 % 分配给新路径，配置为 $3 %：确定过少；请查看是什么阻碍了它们"],
    [`^${NUMBER} requests of domain: needs ${NUMBER} more before it may pass${APART}$`,
      (_, n, more, forced, tools) =>
        `新路径有 ${n} 个请求：还需 ${more} 个才可能通过${toldApart(forced, tools)}`],
    [`^${NUMBER} requests of domain were looked at$`, "已查看新路径的 $1 个请求"],
    ["^it is not certain that the spans agree with Envoy's own counters: nothing passes until it is$",
      "尚不能确定 span 与 Envoy 自身的计数一致，确定之前不会通过"],
    // Where a camera goes.
    ["^pinned$", "已固定"],
    ["^bucket (\\d+) < (\\d+)$", "百分位 $1 < $2"],
    ["^bucket (\\d+) >= (\\d+)$", "百分位 $1 ≥ $2"],
  ];
}

function toldApart(forced, tools) {
  const said = [forced && `${forced} 个由 force_domain 指定`, tools && `${tools} 个来自自己的工具`];
  return forced || tools ? `（${said.filter(Boolean).join("、")}，不计入）` : "";
}

function beside(legacy) {
  return legacy ? `，旧路径 ${legacy} %` : "";
}

/** What is said behind the failures that were seen, while nothing is decided; "" if unknown. */
function toldOpen(rest) {
  return told(rest, [
    [`^, ${NUMBER} of the last ${NUMBER}, too many, as on legacy: nothing passes until that is ` +
      "over$", "，最近 $2 个中有 $1 个，过多，旧路径也一样：结束之前不会通过"],
    [`^, ${NUMBER} of the last ${NUMBER}, not certainly more than the tolerated ${NUMBER} %: ` +
      "nothing passes until that is decided$",
      "，最近 $2 个中有 $1 个，尚不能确定超过可容许的 $3 %：有结论之前不会通过"],
    [`^: needs about ${NUMBER} more requests of domain without a failure$`,
      "：还需约 $1 个没有失败的新路径请求"],
    [`^: above ${NUMBER} %, not certainly above ${NUMBER} %: needs more requests of domain$`,
      "：高于 $1 %，尚不能确定高于 $2 %：需要更多新路径的请求"],
    [`^: above ${NUMBER} %, not certainly above ${NUMBER} %: nothing decides this by itself; find ` +
      "the cause or abort$", "：高于 $1 %，尚不能确定高于 $2 %：不会自行得出结论；请查明原因或中止"],
  ]);
}

function toldAnswered(rest) {
  return told(rest, [
    [`^certainly fewer than ${NUMBER} %, and fewer than legacy's$`,
      "确定少于 $1 %，且少于旧路径"],
    [`^certainly fewer than ${NUMBER} %, and fewer than legacy's; but for one resource it would not ` +
      "be: see what it is refused$",
      "确定少于 $1 %，且少于旧路径；但若不计某一个资源则不然：请查看它的哪些请求被拒绝"],
    ["^certainly far fewer than on legacy of (.+)$", "确定远少于旧路径对 $1 的应答"],
    [`^certainly at least ${NUMBER} %$`, "确定至少 $1 %"],
    [`^certainly less than ${NUMBER} points fewer$`, "确定少不到 $1 个百分点"],
    [`^fewer than ${NUMBER} %, with nothing to compare; look at the codes$`,
      "少于 $1 %，没有可比较的；请查看状态码"],
    [`^but for one resource that is answered, too, certainly at least ${NUMBER} %$`,
      "不计某一个也得到应答的资源，确定至少 $1 %"],
    ["^not yet certain; if it stays so, it will not be by any number of requests$",
      "尚不能确定；若保持不变，再多请求也无法确定"],
    ["^not yet certain: needs more requests of domain$", "尚不能确定：需要更多新路径的请求"],
    [`^not yet certain: needs at least about ${NUMBER} more requests of domain$`,
      "尚不能确定：至少还需约 $1 个新路径的请求"],
    [`^not yet certain: needs up to about ${NUMBER} more requests of domain$`,
      "尚不能确定：最多还需约 $1 个新路径的请求"],
    [`^not yet certain: needs about ${NUMBER} to ${NUMBER} more requests of domain$`,
      "尚不能确定：还需约 $1 至 $2 个新路径的请求"],
  ]);
}

function toldLeft(rest) {
  return told(rest, [
    [`^certainly more often than is tolerated, and by at least ${NUMBER} points more than ` +
      "explained; most of all (.+)$", "确定超过可容许的，且比所能解释的至少多 $1 个百分点；主要是 $2"],
    ["^(.+) likely keeps them waiting longer than legacy does$", "$1 很可能让它们等得比旧路径更久"],
    ["^not known to be more often than on legacy$", "没有证据表明比旧路径更多"],
  ]);
}

function toldLatency(rest) {
  return told(rest, [
    ["^likely, not certain; needs more requests of domain$", "很可能，但不确定；需要更多新路径的请求"],
    [`^certainly less than ${NUMBER} % longer$`, "确定长不到 $1 %"],
    [`^certainly less than ${NUMBER} ms longer$`, "确定长不到 $1 ms"],
    [`^certainly at least ${NUMBER} % longer$`, "确定至少长 $1 %"],
    [`^${NUMBER} % longer is not ruled out; if it stays so, it will not be by any number of ` +
      "requests$", "尚未排除长 $1 %；若保持不变，再多请求也无法排除"],
    [`^${NUMBER} % longer is not ruled out: needs more requests of domain, too few yet to say how ` +
      "many$", "尚未排除长 $1 %：需要更多新路径的请求，目前太少，无法估计数量"],
    [`^${NUMBER} % longer is not ruled out: needs more requests of domain$`,
      "尚未排除长 $1 %：需要更多新路径的请求"],
    [`^${NUMBER} % longer is not ruled out: needs at least about ${NUMBER} more requests of domain$`,
      "尚未排除长 $1 %：至少还需约 $2 个新路径的请求"],
    [`^${NUMBER} % longer is not ruled out: needs up to about ${NUMBER} more requests of domain$`,
      "尚未排除长 $1 %：最多还需约 $2 个新路径的请求"],
    [`^${NUMBER} % longer is not ruled out: needs about ${NUMBER} to ${NUMBER} more requests of ` +
      "domain$", "尚未排除长 $1 %：还需约 $2 至 $3 个新路径的请求"],
  ]);
}

function told(rest, forms) {
  for (const [form, chinese] of forms) {
    const known = new RegExp(form);
    if (known.test(rest)) return rest.replace(known, chinese);
  }
  return "";
}
