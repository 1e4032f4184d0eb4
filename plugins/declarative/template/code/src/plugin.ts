import { onScore, onSubmit } from "./zugong";

interface Apply {
  name: string;
  birthDate: string;
  kind: "FIRST" | "SECOND";
  reason?: string;
}

// 表单和规则都合格之后才会问到这里。
export const validate = onSubmit<Apply>((form, matter) => {
  if (matter === "apply" && form.kind === "SECOND" && !form.reason?.trim()) {
    return [{ path: "reason", code: "reason", message: "第二类须写明申请理由" }];
  }
  return [];
});

interface Annual {
  onTime: number;
  total: number;
}

// 按时办结率得分：满分 1 分，按比例，逢百分之一分向下取整。
export const score = onScore<Annual>((_scheme, input) => {
  const points = input.total > 0 ? Math.floor((100 * input.onTime) / input.total) : 0;
  return [{ item: "按时办结", points, max: 100, reason: `${input.total} 件中 ${input.onTime} 件按时办结` }];
});
