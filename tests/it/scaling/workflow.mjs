// Tells what GitHub's own parser finds wrong with a workflow: a list of messages, as JSON.
import { readFileSync } from "node:fs";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

(async () => {
  const content = readFileSync(0, "utf8");
  const parsed = parseWorkflow({ name: "workflow.yaml", content }, new NoOperationTraceWriter());
  const template = parsed.value && (await convertWorkflowTemplate(parsed.context, parsed.value));
  const found = parsed.context.errors.getErrors().map((error) => error.message);
  const jobs = template?.jobs?.map((job) => job.id.value) ?? [];
  console.log(JSON.stringify({ found, jobs }));
})();
