// What a plug-in is written with. It hides the interface between component and platform; leave it as it is.

/** 在谁的请求中、何时。一次调用之内时间不动。 */
export interface About {
  /** 当天，如 2026-01-01 */
  today: string;
  /** 请求的时刻，1970 年以来的毫秒 */
  nowMs: number;
  /** 行政区划代码 */
  tenantCode: string;
  /** 操作人 */
  actor: string;
  /** 操作人的角色 */
  roles: string[];
  /** 管理员为本插件设置的配置 */
  config: Record<string, unknown>;
}

/** 表单的一处问题。`error`（不写即是）拒绝提交；`warn` 是提示，申请人写明理由仍可提交。 */
export interface Problem {
  path: string;
  code: string;
  message: string;
  level?: "error" | "warn";
}

/** 一项得分，以百分之一分为单位的整数。 */
export interface ScoreLine {
  item: string;
  points: number;
  max: number;
  reason: string;
  evidence?: string[];
}

interface Ctx {
  tenantCode: string;
  nowMs: number | bigint;
  today: string;
  actor: string;
  roles: string[];
  config: string;
}

const about = (ctx: Ctx): About => ({
  today: ctx.today,
  nowMs: Number(ctx.nowMs),
  tenantCode: ctx.tenantCode,
  actor: ctx.actor,
  roles: ctx.roles,
  config: JSON.parse(ctx.config || "{}"),
});

/** 提交校验：返回问题，没有问题返回空数组。`matter` 是事项的 key。 */
export function onSubmit<Form>(check: (form: Form, matter: string, about: About) => Problem[]) {
  return {
    run(ctx: Ctx, hook: string, form: string) {
      const problems = check(JSON.parse(form), hook.split(".")[0] ?? "", about(ctx));
      return problems.map((p) => ({ path: p.path, code: p.code, message: p.message, level: p.level ?? "error" }));
    },
  };
}

/** 计算字段：一次给出全部对象，按原顺序逐个返回值；没有值的返回 null。自有查询是字段“Query.<key>”，对象是各处的参数。 */
export function onResolve<Parent, Value>(work: (field: string, parents: Parent[], about: About) => (Value | null)[]) {
  return {
    run(ctx: Ctx, field: string, parents: string[]) {
      const values = work(field, parents.map((p) => JSON.parse(p)), about(ctx));
      return values.map((value) => JSON.stringify(value ?? null));
    },
  };
}

/** 计分：输入的纯函数。 */
export function onScore<Input>(count: (scheme: string, input: Input, about: About) => ScoreLine[]) {
  return {
    run(ctx: Ctx, scheme: string, input: string) {
      const lines = count(scheme, JSON.parse(input), about(ctx));
      return lines.map((l) => ({
        item: l.item,
        points: Math.trunc(l.points),
        max: Math.trunc(l.max),
        reason: l.reason,
        evidence: l.evidence ?? [],
      }));
    },
  };
}

/** 组件希望平台去做的事：以操作人自己的权限，由平台的普通命令完成；须先由管理员授予能力。 */
export type Effect = { tag: "set-field"; val: [string, string] } | { tag: "open-task" | "notify" | "start-matter"; val: string };

/** 给自己的扩展字段填值。`field` 是字段的 key，或“对象标识.key”。 */
export const setField = (field: string, value: unknown): Effect => ({
  tag: "set-field",
  val: [field, JSON.stringify(value ?? null)],
});

/** 建立工作事项，内容同 workItemCreate 的输入。 */
export const openTask = (input: object): Effect => ({ tag: "open-task", val: JSON.stringify(input) });

/** 催办一个办件项，内容同 caseItemUrge 的输入。 */
export const notify = (input: object): Effect => ({ tag: "notify", val: JSON.stringify(input) });

/** 发起本插件的另一个事项：`matter` 是它的 key，其余同 matterSubmit 的输入。 */
export const startMatter = (input: { matter: string } & object): Effect => ({
  tag: "start-matter",
  val: JSON.stringify(input),
});

/** 流转之后：返回希望平台去做的事。同一次流转可能问不止一次，每件事只做一次。 */
export function onTransition<Case>(work: (item: Case, from: string, to: string, about: About) => Effect[]) {
  return {
    run: (ctx: Ctx, item: string, from: string, to: string) => work(JSON.parse(item), from, to, about(ctx)),
  };
}

/** 自有变更：返回答复、问题和希望平台去做的事。有 `error` 级问题则什么都不做。 */
export function onAct<Args, Answer>(
  work: (mutation: string, args: Args, about: About) => { answer: Answer; problems?: Problem[]; effects?: Effect[] },
) {
  return {
    run(ctx: Ctx, mutation: string, args: string) {
      const acted = work(mutation, JSON.parse(args), about(ctx));
      const problems = acted.problems ?? [];
      return {
        answer: JSON.stringify(acted.answer ?? null),
        problems: problems.map((p) => ({ path: p.path, code: p.code, message: p.message, level: p.level ?? "error" })),
        effects: acted.effects ?? [],
      };
    },
  };
}
