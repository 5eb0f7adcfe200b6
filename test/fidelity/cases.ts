import { channelHeaderCases } from './cases/channel-header-cases.js';
import { filterCases } from './cases/filter-cases.js';
import { holdHeaderCases } from './cases/hold-header-cases.js';
import { instructCases } from './cases/instruct-cases.js';
import { keepAliveCases } from './cases/keep-alive-cases.js';
import { metaCases } from './cases/meta-cases.js';
import { nextLinkAnswerCases } from './cases/next-link-answer-cases.js';
import { nextLinkCases } from './cases/next-link-cases.js';
import { publishItemCases } from './cases/publish-item-cases.js';
import { publishRequestCases } from './cases/publish-request-cases.js';
import { recoveryCases } from './cases/recovery-cases.js';
import { requestHeaderCases } from './cases/request-header-cases.js';
import { responseHeaderCases } from './cases/response-header-cases.js';
import { responsePublishCases } from './cases/response-publish-cases.js';
import { sequenceCases } from './cases/sequence-cases.js';
import { sizeCases } from './cases/size-cases.js';
import { socketCloseCases } from './cases/socket-close-cases.js';
import { socketControlCases } from './cases/socket-control-cases.js';
import { socketKeepAliveCases } from './cases/socket-keep-alive-cases.js';
import { socketMessageCases } from './cases/socket-message-cases.js';
import { socketOpenCases } from './cases/socket-open-cases.js';
import { socketPublishCases } from './cases/socket-publish-cases.js';
import { socketRefusalCases } from './cases/socket-refusal-cases.js';
import { streamPublishCases } from './cases/stream-publish-cases.js';
import type { FidelityCase } from './fidelity-case.js';

/** All cases. They can run at once, on a Fanout that was just started; those that take long come first. */
export const fidelityCases: readonly FidelityCase[] = [
  ...nextLinkAnswerCases,
  ...nextLinkCases,
  ...socketMessageCases,
  ...recoveryCases,
  ...sequenceCases,
  ...keepAliveCases,
  ...holdHeaderCases,
  ...channelHeaderCases,
  ...instructCases,
  ...filterCases,
  ...metaCases,
  ...responsePublishCases,
  ...streamPublishCases,
  ...publishRequestCases,
  ...publishItemCases,
  ...requestHeaderCases,
  ...responseHeaderCases,
  ...sizeCases,
  ...socketRefusalCases,
  ...socketOpenCases,
  ...socketCloseCases,
  ...socketControlCases,
  ...socketKeepAliveCases,
  ...socketPublishCases,
];
