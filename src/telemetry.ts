import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type pg from 'pg';
import { ConnectorError } from '#core/failure.ts';
import { type Measures, unmeasured } from '#engine/measures.ts';
import type { Role } from '#store/roles.ts';
import { tellFigures } from './telemetry-figures.ts';

export interface Telemetry {
  readonly measures: Measures;
  /** Everything measured so far, in the text format of Prometheus. */
  metrics(): Promise<string>;
  /** Sends what is left of traces. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  readonly pools: Partial<Readonly<Record<Role, pg.Pool>>>;
  /** Where traces go by OTLP over HTTP, such as http://127.0.0.1:4318; left out: nothing is traced. */
  readonly traceTo?: string;
  readonly onError: (error: unknown) => void;
}

const name = 'gatehouse';

/** From a tenth of a second to a week: a planned step may wait for a person. */
const stepBuckets = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];
const callBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Opens what measures this process. Nothing is registered globally, so several may live in one process. */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { pools, traceTo, onError } = options;
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter(name);
  tellFigures(meter, pools, onError);
  const traces = traceTo === undefined ? null : await openTraces(traceTo);
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  return {
    measures: {
      ...measuresOf(meter),
      inSpan: traces === null ? unmeasured.inSpan : inSpanOf(traces.tracer),
    },
    async metrics() {
      const { resourceMetrics, errors } = await reader.collect();
      for (const error of errors) onError(error);
      return serializer.serialize(resourceMetrics);
    },
    async stop() {
      await Promise.all([provider.shutdown(), traces?.stop()]);
    },
  };
}

type Counted = Omit<Measures, 'inSpan'>;

function measuresOf(meter: ReturnType<MeterProvider['getMeter']>): Counted {
  const histogram = (what: string, description: string, buckets: readonly number[]) =>
    meter.createHistogram(`gatehouse_${what}_seconds`, {
      description,
      advice: { explicitBucketBoundaries: [...buckets] },
    });
  const counter = (what: string, description: string) =>
    meter.createCounter(`gatehouse_${what}`, { description });
  const first = histogram(
    'access_first_change',
    'From the moment at which access was to end to the first change',
    stepBuckets,
  );
  const proven = histogram(
    'access_removed',
    'From the moment at which access was to end to the proof that all of it has',
    stepBuckets,
  );
  const steps = histogram('step_duration', 'From the first look at a step to its end', stepBuckets);
  const calls = histogram('call_duration', 'Calls to other systems over HTTP', callBuckets);
  const retries = counter('retries', 'Calls that failed and are tried again, by kind of failure');
  const waits = counter('rate_limit_waits', 'How often a system asked to be left alone');
  const waited = counter('rate_limit_wait_seconds', 'For how long systems asked to be left alone');
  return {
    stepEnded: ({ connection, outcome, ms }) =>
      steps.record(ms / 1_000, { connection: connection ?? 'none', outcome }),
    retried: ({ connection, kind }) => retries.add(1, { connection: connection ?? 'none', kind }),
    toldToWait({ connection, ms }) {
      waits.add(1, { connection });
      waited.add(ms / 1_000, { connection });
    },
    accessRemoved({ firstChangeMs, provenMs }) {
      if (firstChangeMs !== null) first.record(firstChangeMs / 1_000);
      proven.record(provenMs / 1_000);
    },
    called: ({ connection, result, ms }) => calls.record(ms / 1_000, { connection, result }),
  };
}

/** Loaded only where somebody wants traces. */
async function openTraces(to: string): Promise<{ tracer: Tracer; stop(): Promise<void> }> {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = new OTLPTraceExporter({ url: new URL('/v1/traces', to).href });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': name }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  return { tracer: provider.getTracer(name), stop: () => provider.shutdown() };
}

/** Spans know the span they lie in by what runs in it. */
function inSpanOf(tracer: Tracer): Measures['inSpan'] {
  const around = new AsyncLocalStorage<Context>();
  return async (what, attributes, work) => {
    const context = around.getStore() ?? ROOT_CONTEXT;
    const span = tracer.startSpan(what, { attributes }, context);
    try {
      return await around.run(trace.setSpan(context, span), work);
    } catch (error) {
      // The kind alone: words of other systems may name people.
      const message = error instanceof ConnectorError ? error.failure.kind : 'failed';
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  };
}
