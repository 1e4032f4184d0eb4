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
}

/** 表单的一处问题。`error` 拒绝提交，`warn` 只作提示。 */
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
}

const about = (ctx: Ctx): About => ({
  today: ctx.today,
  nowMs: Number(ctx.nowMs),
  tenantCode: ctx.tenantCode,
  actor: ctx.actor,
  roles: ctx.roles,
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

/** 计算字段：一次给出全部对象，按原顺序逐个返回值；没有值的返回 null。 */
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
