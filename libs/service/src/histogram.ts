// Histograms as Prometheus knows them, counted by additions alone: prom-client hashes the labels and looks at every name again
// at each observation, which with four of them a request was a twentieth of the CPU of the services that face HTTP.

/** Takes values of one series. */
export interface HistogramSeries {
  observe(value: number): void;
}

export interface Histogram<L extends string> {
  /** The series with these labels; keep it, and bind it once. Every combination must come from a small fixed set. */
  labels(values: Readonly<Record<L, string>>): HistogramSeries;
}

/** One line of the exposition, as the registry takes it. */
interface Sample {
  readonly metricName: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
}

/** What a registry asks for when it is scraped. */
interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly values: Sample[];
}

interface Series<L extends string> extends HistogramSeries {
  readonly values: Readonly<Record<L, string>>;
  samples(name: string): Sample[];
}

/** @param bounds upper ones, ascending; what is beyond them is counted in `+Inf` alone */
function createSeries<L extends string>(values: Readonly<Record<L, string>>, bounds: readonly number[]): Series<L> {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    values,
    observe(value) {
      let bucket = 0;
      while (bucket < bounds.length && !(value <= (bounds[bucket] as number))) bucket++;
      (counts[bucket] as number)++;
      sum += value;
    },
    samples(name) {
      let total = 0;
      const sample = (suffix: string, value: number, labels: Sample['labels'] = {}): Sample => ({
        metricName: `${name}_${suffix}`,
        value,
        labels,
        sharedLabels: values,
      });
      // Each bucket holds those below it.
      const buckets = [...bounds, '+Inf'].map((le, index) => sample('bucket', (total += counts[index] ?? 0), { le }));
      return [...buckets, sample('sum', sum), sample('count', total)];
    },
  };
}

/** Makes a histogram and what its registry asks. */
export function createHistogram<L extends string>(
  name: string,
  help: string,
  bounds: readonly number[],
): { readonly histogram: Histogram<L>; readonly told: { readonly name: string; get(): Promise<Told> } } {
  const all = new Map<string, Series<L>>();
  return {
    histogram: {
      labels(values) {
        const key = JSON.stringify(Object.entries(values).sort());
        let series = all.get(key);
        if (series === undefined) all.set(key, (series = createSeries(values, bounds)));
        return series;
      },
    },
    told: {
      name,
      get: () => {
        const values = [...all.values()].flatMap((series) => series.samples(name));
        return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
      },
    },
  };
}
