using System.Globalization;
using Avvik.Hosting.Calendar;
using Avvik.Workbench.Browser;

namespace Avvik.Workbench.Texts;

/// <summary>The words of a page, in the user's language: <c>Text["report.title"]</c>, <c>Text["report.due", day]</c>.</summary>
public sealed class Text(LabelFiles files, Choices choices, TimeProvider clock)
{
    public string Language => choices.Language;

    /// <exception cref="KeyNotFoundException">No label file has the key: a test finds it first.</exception>
    public string this[string key] => (files.Find(key) ?? throw new KeyNotFoundException($"No text '{key}'.")).In(choices.Language);

    public string this[string key, params ReadOnlySpan<object?> values] => string.Format(choices.Culture, this[key], values);

    /// <summary>One or many: <c>worklist.newOne</c> or <c>worklist.newMany</c>.</summary>
    public string Count(string key, int count) => this[key + (count == 1 ? "One" : "Many"), count];

    /// <summary>2 118: a whole number as people write it.</summary>
    public string Number(int number) => number.ToString("N0", choices.Culture);

    public bool Has(string key) => files.Find(key) is not null;

    /// <summary>
    /// The word for a code of the vocabulary, as in <c>Code("kinds", "incident")</c>; a code that is newer than the labels stands for itself.
    /// </summary>
    public string Code(string list, string? code) => code is null ? "" : files.Find($"vocabulary.{list}.{code}")?.In(choices.Language) ?? code;

    /// <summary>29. november 2026</summary>
    public string Day(DateOnly day) => day.ToString("d. MMMM yyyy", choices.Culture);

    /// <summary>29. nov. 2026: where many stand below each other.</summary>
    public string ShortDay(DateOnly day) => day.ToString("d. MMM yyyy", choices.Culture);

    public string Day(DateTimeOffset at) => Day(NorwegianCalendar.DayOf(at));
    public string ShortDay(DateTimeOffset at) => ShortDay(NorwegianCalendar.DayOf(at));

    /// <summary>29. november 2026 kl. 14.05</summary>
    public string Time(DateTimeOffset at)
    {
        var local = NorwegianCalendar.LocalTimeOf(at);
        return this["common.dayAndTime", Day(DateOnly.FromDateTime(local.DateTime)),
            local.ToString(choices.Language == "en" ? "HH:mm" : "HH.mm", CultureInfo.InvariantCulture)];
    }

    public DateOnly Today => NorwegianCalendar.DayOf(clock.GetUtcNow());

    /// <summary>How far away a day is, in words: i dag, i morgen, om 3 dager, 2 dager siden.</summary>
    public string Distance(DateOnly day) => (day.DayNumber - Today.DayNumber) switch
    {
        0 => this["common.today"],
        1 => this["common.tomorrow"],
        -1 => this["common.yesterday"],
        > 0 and var days => this["common.inDays", days],
        var days => this["common.daysAgo", -days],
    };

    /// <summary>Sorts as people look things up: å last.</summary>
    public StringComparer Sorting => StringComparer.Create(choices.Culture, CompareOptions.None);

    /// <summary>What was done, and that a text of it may identify someone.</summary>
    public string Warned(string done, Contracts.WrittenAnswer? answer) =>
        answer?.Warnings is { Count: > 0 } warnings
            ? $"{done} {this["common.mayIdentify", string.Join(", ", warnings.Select(w => this[$"report.finding.{w.Code}"]).Distinct(StringComparer.Ordinal))]}"
            : done;

    /// <summary>The wording of an agreement's clause: number and words.</summary>
    /// <summary>As <see cref="Clause(string)"/>, in the agreement's own words and with its own number where it has them.</summary>
    /// <param name="agreement">The agreement; null: the parties share none.</param>
    /// <param name="point">What counts without an agreement.</param>
    public string Clause(Client.AgreementReference? agreement, string? point = null) => agreement switch
    {
        { LocalClause: { } number, Title: var title } => Clause(new Contracts.AgreementClause(number, agreement.Clause, title ?? "")),
        { Clause: { } number, Title: { } title } => Clause(new Contracts.AgreementClause(number, number, title)),
        _ => Clause(agreement?.Clause ?? point),
    };

    /// <summary>A clause of an agreement's own list.</summary>
    public string Clause(Contracts.AgreementClause clause) => clause switch
    {
        // A title that is the statute's is translated; an agreement's own is as it was written.
        { Statutory: { } point } when point == clause.Number && Contracts.Vocabulary.Clauses[point].Label == clause.Title => Clause(point),
        { Statutory: { } point } when point != clause.Number => this["common.localClause", clause.Number, clause.Title, point],
        _ => this["common.clause", clause.Number, clause.Title],
    };

    public string Clause(string? number) => number is null ? this["common.noClause"] : this["common.clause", number, Code("clauses", number)];
}
