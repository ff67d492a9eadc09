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

func (*jobCollector) descriptions() (jobs, slots *prometheus.Desc) {
	return prometheus.NewDesc("mailferry_jobs", "Jobs by state.", []string{"status"}, nil),
		prometheus.NewDesc("mailferry_slots", "Jobs that may run at the same time.", nil, nil)
}

func (c *jobCollector) Describe(descriptions chan<- *prometheus.Desc) {
	jobs, slots := c.descriptions()
	descriptions <- jobs
	descriptions <- slots
}

func (c *jobCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	jobs, slots := c.descriptions()
	counts, err := c.jobs.CountByStatus(ctx, migration.Filter{})
	if err == nil {
		for _, status := range models.JobStatuses() {
			metrics <- prometheus.MustNewConstMetric(jobs, prometheus.GaugeValue, float64(counts[status]), strings.ToLower(string(status)))
		}
		var state migration.RunnerState
		if state, err = c.jobs.Runner(ctx); err == nil {
			metrics <- prometheus.MustNewConstMetric(slots, prometheus.GaugeValue, float64(state.Slots))
		}
	}
	if err != nil {
		c.logger.WarnContext(ctx, "jobs cannot be counted for metrics", keyError, err)
	}
}

// observe counts an answer of a route.
func (m *Metrics) observe(route string, response *response, duration time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(response.status)).Inc()
	if !response.hijacked {
		m.duration.WithLabelValues(route).Observe(duration.Seconds())
	}
}
