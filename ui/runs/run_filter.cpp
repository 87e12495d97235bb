// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_filter.h"

#include "core/values/text.h"
#include "ui/runs/run_text.h"
#include "widgets/qt_text.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace concertina {

namespace {

/// Words between spaces; quotes keep spaces in a word and go away.
QStringList wordsOf(const QString& text) {
    QStringList words;
    QString word;
    bool quoted = false;
    bool begun = false;
    for (const QChar letter : text) {
        if (letter == QLatin1Char('"')) {
            quoted = !quoted;
            begun = true;
        } else if (letter.isSpace() && !quoted) {
            if (begun)
                words << word;
            word.clear();
            begun = false;
        } else {
            word += letter;
            begun = true;
        }
    }
    if (begun)
        words << word;
    words.removeAll(QString());
    return words;
}

QString textOf(const std::string& text) {
    return toQt(text);
}

bool contains(const QString& text, const QString& part) {
    return text.contains(part, Qt::CaseInsensitive);
}

bool isKey(const QString& key) {
    static const QStringList keys{QStringLiteral("name"),  QStringLiteral("notes"),
                                  QStringLiteral("state"), QStringLiteral("group"),
                                  QStringLiteral("seed"),  QStringLiteral("id")};
    return keys.contains(key);
}

/// The best value of the column that is named "task.metric", or by the metric alone.
double valueOf(const QString& key, const RunRow& row, const std::vector<MetricColumn>& columns) {
    for (std::size_t i = 0; i < columns.size() && i < row.metrics.size(); ++i) {
        const QString name = textOf(columns[i].info.name);
        if (key == name || key == textOf(columns[i].task) + QLatin1Char('.') + name
            || key == toQt(columns[i].info.label).toLower())
            return row.metrics[i].best;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace

RunFilter::RunFilter(const QString& text) {
    for (const QString& word : wordsOf(text))
        m_parts.push_back(partOf(word));
}

RunFilter::Part RunFilter::partOf(QString word) {
    Part part;
    if (word.size() > 1 && word.startsWith(QLatin1Char('-'))) {
        part.negated = true;
        word.remove(0, 1);
    }
    part.text = word;
    static const QRegularExpression comparison(QStringLiteral("^([^<>=:]+)(<=|>=|<|>)(.+)$"));
    if (const auto match = comparison.match(word); match.hasMatch()) {
        // A comma can only be a decimal one here.
        const auto number = numberFromText(
            match.captured(3).replace(QLatin1Char(','), QLatin1Char('.')).toStdString());
        if (!number)
            return part;
        const QString relation = match.captured(2);
        part.key = match.captured(1).toLower();
        part.number = *number;
        part.relation = relation == QLatin1String("<")    ? Relation::Less
                        : relation == QLatin1String("<=") ? Relation::LessOrEqual
                        : relation == QLatin1String(">")  ? Relation::Greater
                                                          : Relation::GreaterOrEqual;
        return part;
    }
    const qsizetype colon = word.indexOf(QLatin1Char(':'));
    if (colon > 0 && isKey(word.left(colon).toLower())) {
        part.key = word.left(colon).toLower();
        part.text = word.mid(colon + 1);
    }
    return part;
}

bool RunFilter::holds(const Part& part, const RunRow& row,
                      const std::vector<MetricColumn>& columns) {
    const RunSummary& run = row.run;
    if (part.relation != Relation::Contains) {
        const double value = part.key == QLatin1String("seed") ? static_cast<double>(run.seed)
                             : part.key == QLatin1String("step")
                                 ? static_cast<double>(run.position.step)
                                 : valueOf(part.key, row, columns);
        switch (part.relation) {
        case Relation::Less: return value < part.number;
        case Relation::LessOrEqual: return value <= part.number;
        case Relation::Greater: return value > part.number;
        default: return value >= part.number;
        }
    }
    const auto is = [&](const char* key) { return part.key == QLatin1String(key); };
    if (is("seed"))
        return part.text == QString::number(run.seed);
    if (is("name"))
        return contains(row.name, part.text);
    if (is("notes"))
        return contains(textOf(run.notes), part.text);
    if (is("state"))
        return contains(stateWords(run, row.facts.cut), part.text)
               || contains(textOf(std::string(stateName(run.state))), part.text);
    if (is("group"))
        return run.group && contains(textOf(*run.group), part.text);
    if (is("id"))
        return contains(textOf(run.id), part.text);
    return contains(row.name, part.text) || contains(textOf(run.notes), part.text)
           || contains(textOf(run.id), part.text)
           || contains(stateWords(run, row.facts.cut), part.text)
           || (run.group && contains(textOf(*run.group), part.text));
}

bool RunFilter::accepts(const RunRow& row, const std::vector<MetricColumn>& columns) const {
    return std::all_of(m_parts.begin(), m_parts.end(),
                       [&](const Part& part) { return holds(part, row, columns) != part.negated; });
}

} // namespace concertina
