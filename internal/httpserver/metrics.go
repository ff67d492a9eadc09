package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// Sockets counts what goes on over WebSockets; graph.Handler does.
type Sockets interface {
	Sockets() int
	Subscriptions() int
}

// Metrics are the numbers of the server in Prometheus' text format. None of their labels holds anything of a job.
type Metrics struct {
	handler  http.Handler
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics returns the metrics of a server. Version is this build's.
func NewMetrics(jobs *migration.Service, sockets Sockets, version string, logger *slog.Logger) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mailferry_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mailferry_http_request_duration_seconds", Help: "Time to answer a request, WebSockets left out.",
			Buckets: []float64{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60},
		}, []string{"route"}),
	}
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "mailferry_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build, m.requests, m.duration, &jobCollector{jobs: jobs, logger: logger},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mailferry_websockets", Help: "Open WebSockets."},
			func() float64 { return float64(sockets.Sockets()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mailferry_subscriptions", Help: "Subscriptions that run on them."},
			func() float64 { return float64(sockets.Subscriptions()) }),
	)
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: time.Minute})
	return m
}

// ServeHTTP answers a scrape.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// jobCollector reads the numbers of jobs when it is asked for them.
type jobCollector struct {
	jobs   *migration.Service
	logger *slog.Logger
}

var _ prometheus.Collector = (*jobCollector)(nil)

// scrapeTime is how long the database may take to count.
const scrapeTime = 5 * time.Second

// description is a number of the service: its name and help, as Prometheus shows them.
func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mailferry_"+name, help, labels, nil)
}

// descriptions are those of the numbers that Collect sends.
type descriptions struct {
	jobs, slots, oldest, silence, lease, starts, writes, errors, disk *prometheus.Desc
}

func (*jobCollector) descriptions() descriptions {
	return descriptions{
		jobs:    description("jobs", "Jobs by state.", "status"),
		slots:   description("slots", "Jobs that may run at the same time."),
		oldest:  description("oldest_waiting_seconds", "How long the job has waited that has waited longest; 0 if none does."),
		silence: description("run_silence_seconds", "Time since the last output of the running job that is silent for longest; 0 if none runs."),
		lease:   description("lease_seconds", "How long the lease of the database still lasts."),
		starts:  description("failed_engine_starts_total", "Engines that could not be started by the server's fault."),
		writes:  description("failed_writes_total", "Changes that the database could not take."),
		errors:  description("database_errors_total", "Statements that the database did not carry out."),
		disk:    description("free_disk_bytes", "Room left on the disk of the SQLite file."),
	}
}

func (c *jobCollector) Describe(all chan<- *prometheus.Desc) {
	d := c.descriptions()
	for _, one := range []*prometheus.Desc{d.jobs, d.slots, d.oldest, d.silence, d.lease, d.starts, d.writes, d.errors, d.disk} {
		all <- one
	}
}

// Collect sends what is known: where the database does not answer, what it need not be asked for.
func (c *jobCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	d := c.descriptions()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	counter := func(desc *prometheus.Desc, value int64) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value))
	}
	figures, err := c.jobs.Figures(ctx)
	counter(d.starts, figures.FailedStarts)
	counter(d.writes, figures.Database.FailedWrites)
	counter(d.errors, figures.Database.Errors)
	gauge(d.silence, figures.LongestSilence.Seconds())
	if figures.HasLease {
		gauge(d.lease, figures.LeaseLeft.Seconds())
	}
	if figures.KnowsDisk {
		gauge(d.disk, float64(figures.FreeDisk))
	}
	if err == nil {
		gauge(d.oldest, figures.OldestWaiting.Seconds())
		err = c.count(ctx, d, gauge)
	}
	if err != nil {
		c.logger.WarnContext(ctx, "jobs cannot be counted for metrics", keyError, err)
	}
}

// count sends how many jobs there are by state, and how many may run.
func (c *jobCollector) count(ctx context.Context, d descriptions, gauge func(*prometheus.Desc, float64, ...string)) error {
	counts, err := c.jobs.CountByStatus(ctx, migration.Filter{})
	if err != nil {
		return err
	}
	for _, status := range models.JobStatuses() {
		gauge(d.jobs, float64(counts[status]), strings.ToLower(string(status)))
	}
	state, err := c.jobs.Runner(ctx)
	if err != nil {
		return err
	}
	gauge(d.slots, float64(state.Slots))
	return nil
}

// observe counts an answer of a route.
func (m *Metrics) observe(route string, response *response, duration time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(response.status)).Inc()
	if !response.hijacked {
		m.duration.WithLabelValues(route).Observe(duration.Seconds())
	}
}
