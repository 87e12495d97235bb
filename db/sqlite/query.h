// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "db/records.h"
#include "db/sqlite/failure.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <limits>
#include <optional>
#include <string>

namespace concertina {

/// A prepared statement whose values are of our types. Throws SQLite::Exception.
///
///     Query query(database, "SELECT step, value FROM metric WHERE series = ?", series);
///     while (query.next())
///         use(query.integer(0), query.real(1));
class Query {
public:
    template <class... Values>
    explicit Query(const SQLite::Database& database, const std::string& sql,
                   const Values&... values)
        : m_statement(database, sql) {
        bind(values...);
    }

    /// Begins anew with other values.
    template <class... Values>
    Query& with(const Values&... values) {
        m_statement.reset();
        bind(values...);
        return *this;
    }

    /// Whether there is a further row, which the readers below then read.
    bool next() { return m_statement.executeStep(); }

    /// For what gives no rows: does it, and returns how many rows it changed.
    int run() { return m_statement.exec(); }

    bool null(int column) { return m_statement.isColumnNull(column); }
    std::int64_t integer(int column) { return m_statement.getColumn(column).getInt64(); }
    std::string text(int column) { return m_statement.getColumn(column).getString(); }

    /// NaN for NULL.
    double real(int column) {
        return null(column) ? std::numeric_limits<double>::quiet_NaN()
                            : m_statement.getColumn(column).getDouble();
    }

    StoreTime time(int column) { return StoreTime(std::chrono::milliseconds(integer(column))); }

    std::optional<StoreTime> optionalTime(int column) {
        return null(column) ? std::nullopt : std::optional(time(column));
    }

    std::optional<std::string> optionalText(int column) {
        return null(column) ? std::nullopt : std::optional(text(column));
    }

    /// Throws Failure "store.damaged" where there is no JSON.
    Json json(int column) {
        Json value = parseJson(text(column));
        if (value.is_discarded())
            throw Failure{{"store.damaged", "", "\"" + text(column).substr(0, 40) + "\"",
                           "JSON text", ""}};
        return value;
    }

private:
    template <class... Values>
    void bind(const Values&... values) {
        int index = 0;
        (bindOne(++index, values), ...);
    }

    template <std::integral Value>
    void bindOne(int index, Value value) {
        m_statement.bind(index, static_cast<std::int64_t>(value));
    }
    void bindOne(int index, double value) { m_statement.bind(index, value); } // NaN: NULL
    void bindOne(int index, const std::string& value) { m_statement.bind(index, value); }
    void bindOne(int index, std::string_view value) { bindOne(index, std::string(value)); }
    void bindOne(int index, const char* value) { m_statement.bind(index, value); }
    void bindOne(int index, StoreTime value) { bindOne(index, value.time_since_epoch().count()); }
    void bindOne(int index, const Json& value) = delete; // as jsonText
    template <class Value>
    void bindOne(int index, const std::optional<Value>& value) {
        if (value)
            bindOne(index, *value);
        else
            m_statement.bind(index);
    }

    SQLite::Statement m_statement;
};

} // namespace concertina
