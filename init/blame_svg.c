/* SPDX-License-Identifier: MIT */
#include "init/blame.h"

#include <string.h>

/* The boot as a picture. All text in it is roinit's own, or names of units, whose bytes
 * ([a-z0-9._-]) mean nothing to XML. */

enum {
    CHART_PX = 900,
    ROW_PX = 22,
    BAR_PX = 14,
    TEXT_PX = 15, /* from the top of a row down to where its letters stand */
    TOP_PX = 64,
    BOTTOM_PX = 16,
    LETTER_PX = 8,
    TICKS_MAX = 10,
};

struct canvas {
    const struct blame *blame;
    struct text *out;
    long left_px;
    int64_t span_ms; /* that CHART_PX stand for */
};

static long
x_of(const struct canvas *canvas, int64_t ms)
{
    int64_t inside_ms = ms < canvas->span_ms ? ms : canvas->span_ms;
    int64_t span_ms = canvas->span_ms > 0 ? canvas->span_ms : 1;
    return canvas->left_px + (long)(inside_ms * CHART_PX / span_ms);
}

static void
add_bar(const struct canvas *canvas, const char *class, int64_t from_ms, int64_t to_ms, long y_px)
{
    long from = x_of(canvas, from_ms);
    long width = x_of(canvas, to_ms) - from;
    text_addf(canvas->out, "<rect class=\"%s\" x=\"%ld\" y=\"%ld\" width=\"%ld\" height=\"%d\"/>",
              class, from, y_px + (ROW_PX - BAR_PX) / 2, width > 0 ? width : 1, BAR_PX);
}

/* 1, 2 or 5 times a power of ten, so that there are few of them. */
static int64_t
tick_ms(int64_t span_ms)
{
    static const int factors[] = {2, 5, 10};
    int64_t power = 1;
    int64_t tick = 1;
    for (size_t i = 0; span_ms / tick > TICKS_MAX; i++) {
        tick = power * factors[i % 3];
        power = i % 3 == 2 ? power * 10 : power;
    }
    return tick;
}

static void
add_ticks(const struct canvas *canvas, long height_px)
{
    int64_t tick = tick_ms(canvas->span_ms);
    for (int64_t ms = 0; ms <= canvas->span_ms; ms += tick) {
        long x = x_of(canvas, ms);
        text_addf(canvas->out,
                  "<line class=\"tick\" x1=\"%ld\" y1=\"%d\" x2=\"%ld\" y2=\"%ld\"/>"
                  "<text class=\"time\" x=\"%ld\" y=\"%d\">",
                  x, TOP_PX - 4, x, height_px - BOTTOM_PX, x, TOP_PX - 10);
        text_add_duration(canvas->out, ms);
        text_add(canvas->out, "</text>\n");
    }
}

/* What the mouse tells. */
static void
add_title(const struct canvas *canvas, const struct blame_row *row)
{
    struct text *out = canvas->out;
    text_addf(out, "<title>%s: %s", row->unit->config->name,
              life_state_name(row->unit->state, row->unit->config->is_task));
    if (row->began_ms >= 0) {
        text_add(out, ", started at ");
        text_add_duration(out, row->began_ms);
    }
    if (row->settled_ms >= 0) {
        text_add(out, ", ready or final at ");
        text_add_duration(out, row->settled_ms);
    }
    if (row->waited_for >= 0) {
        text_addf(out, ", waited for %s", canvas->blame->fleet->unit[row->waited_for].config->name);
    }
    text_add(out, "</title>");
}

/* How long it took; of one that never began, what became of it. */
static void
add_took(const struct canvas *canvas, const struct blame_row *row, long y_px)
{
    const struct fleet_unit *unit = row->unit;
    text_addf(canvas->out, "<text class=\"took\" x=\"%ld\" y=\"%ld\">",
              x_of(canvas, row->settled_ms) + LETTER_PX / 2, y_px + TEXT_PX);
    if (row->began_ms >= 0) {
        text_add_duration(canvas->out, row->settled_ms - row->began_ms);
    } else {
        text_add(canvas->out, life_state_name(unit->state, unit->config->is_task));
    }
    text_add(canvas->out, "</text>");
}

static void
add_row(const struct canvas *canvas, const struct blame_row *row, long y_px)
{
    bool has_begun = row->began_ms >= 0;
    bool is_settled = row->settled_ms >= 0;
    bool is_up = life_is_ready(row->unit->state);
    bool is_bad = row->unit->state == LIFE_FAILED || row->unit->state == LIFE_BACKOFF;
    int64_t settled_ms = is_settled ? row->settled_ms : canvas->span_ms;
    int64_t begun_ms = has_begun ? row->began_ms : settled_ms;
    text_addf(canvas->out, "<g class=\"%s%s\">", row->is_critical ? "critical" : "unit",
              is_bad ? " bad" : "");
    add_title(canvas, row);
    text_addf(canvas->out, "<text class=\"name\" x=\"%ld\" y=\"%ld\">%s</text>",
              canvas->left_px - LETTER_PX, y_px + TEXT_PX, row->unit->config->name);
    if (begun_ms > 0) {
        add_bar(canvas, "waiting", 0, begun_ms, y_px);
    }
    if (has_begun) {
        add_bar(canvas, "starting", begun_ms, settled_ms, y_px);
    }
    if (is_settled && is_up) {
        add_bar(canvas, "ready", settled_ms, canvas->span_ms, y_px);
    }
    if (is_settled) {
        add_took(canvas, row, y_px);
    }
    text_add(canvas->out, "</g>\n");
}

static void
add_legend(const struct canvas *canvas)
{
    static const char *const classes[] = {"waiting", "starting", "ready", "failed"};
    long x = canvas->left_px;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        text_addf(canvas->out,
                  "<rect class=\"%s\" x=\"%ld\" y=\"10\" width=\"%d\" height=\"%d\"/>"
                  "<text x=\"%ld\" y=\"21\">%s</text>",
                  classes[i], x, BAR_PX, BAR_PX, x + BAR_PX + 6, classes[i]);
        x += 100;
    }
    text_addf(canvas->out, "<text class=\"critical\" x=\"%ld\" y=\"21\">critical chain</text>\n",
              x);
}

void
blame_svg(const struct blame *blame, struct text *out)
{
    size_t name_width = 4;
    for (size_t i = 0; i < blame->count; i++) {
        size_t width = strlen(blame->row[i].unit->config->name);
        name_width = width > name_width ? width : name_width;
    }
    struct canvas canvas = {
        .blame = blame,
        .out = out,
        .left_px = ((long)name_width + 3) * LETTER_PX,
        .span_ms = blame->span_ms + blame->span_ms / 10 + 1, /* some of the time after it */
    };
    long width_px = canvas.left_px + CHART_PX + 5L * LETTER_PX;
    long height_px = TOP_PX + (long)blame->count * ROW_PX + BOTTOM_PX;
    text_addf(out,
              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
              "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%ld\" height=\"%ld\" "
              "viewBox=\"0 0 %ld %ld\" font-family=\"monospace\" font-size=\"13\">\n",
              width_px, height_px, width_px, height_px);
    text_add(out, "<title>boot of the container, by roinit</title>\n<style>\n"
                  ".waiting{fill:#d0d7de}.starting{fill:#e8a33d}.ready{fill:#4c9f70}"
                  ".failed,.bad .starting{fill:#c0392b}.tick{stroke:#d0d7de}"
                  ".time,.took{font-size:11px}.time{text-anchor:middle}.name{text-anchor:end}."
                  "critical text,text.critical"
                  "{font-weight:bold}.critical .starting{stroke:#000;stroke-width:1.5}\n</style>\n"
                  "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    add_legend(&canvas);
    add_ticks(&canvas, height_px);
    for (size_t i = 0; i < blame->count; i++) {
        add_row(&canvas, &blame->row[i], TOP_PX + (long)i * ROW_PX);
    }
    text_add(out, "</svg>\n");
}
