using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;

namespace Avvik.Statistics.Figures;

/// <summary>What of a table a caller may see.</summary>
internal static class Disclosure
{
    // Numbers from 1 to 4 can point at a person; a zero points at nobody.
    private const int Threshold = 5;

    /// <summary>
    /// True for those who see statistics as members of the committee and not as a party to the cases: a role held beside it helps only if it
    /// gives access to the figures itself.
    /// </summary>
    public static bool IsLimited(Caller caller) =>
        caller.Is(Roles.Ssu) && !caller.IsAny(Roles.Secretariat, Roles.Coordinator, Roles.Handler, Roles.UnitLeader, Roles.LearningEditor, Roles.Client);

    public static StatisticsAnswer Show(Table table, bool limited)
    {
        var counts = Hidden([.. table.Rows.Select(r => r.Tally.Count)], limited, []);
        var opens = Hidden([.. table.Rows.Select(r => r.Tally.Open)], limited, counts);
        string[] by = [.. table.Question.By.Select(d => d.Name)];
        // The same few values stand in thousands of rows.
        var values = table.Rows.SelectMany(r => r.Values).OfType<string>().Distinct(StringComparer.Ordinal).ToDictionary(v => v, v => JsonSerializer.SerializeToElement(v, StatisticsJson.Default.String), StringComparer.Ordinal);
        var none = JsonSerializer.SerializeToElement(null, StatisticsJson.Default.String);
        StatisticsRow[] rows = [.. table.Rows.Select((r, i) => Row(r.Tally, counts.Contains(i), opens.Contains(i)) with
        {
            Dimensions = by.Zip(r.Values).ToDictionary(d => d.First, d => d.Second is { } value ? values[value] : none, StringComparer.Ordinal),
        })];
        var total = Row(table.Total, limited && IsSmall(table.Total.Count), limited && IsSmall(table.Total.Open));
        return new(new(table.Question.From, table.Question.To), by, rows, total, rows.Append(total).Sum(Colons));
    }

    /// <summary>
    /// Which of a column's numbers are hidden: the small ones, whatever is not zero in a row that is hidden already (it would tell of it), and a
    /// second one where the first would otherwise be the total less the others.
    /// </summary>
    private static HashSet<int> Hidden(long[] numbers, bool limited, HashSet<int> hiddenRows)
    {
        if (!limited) return [];
        var hidden = numbers.Index().Where(n => IsSmall(n.Item) || (n.Item > 0 && hiddenRows.Contains(n.Index))).Select(n => n.Index).ToHashSet();
        if (hidden.Count == 1 && numbers.Index().Where(n => n.Item > 0 && !hidden.Contains(n.Index)).ToArray() is [_, ..] others)
            hidden.Add(others.MinBy(n => n.Item).Index);
        return hidden;
    }

    private static StatisticsRow Row(Tally tally, bool hideCount, bool hideOpen)
    {
        Figure? Derived(decimal? value) => hideCount ? Figure.Suppressed : value is { } number ? new Figure((double)number) : null;
        return new()
        {
            Count = hideCount ? Figure.Suppressed : new(tally.Count),
            Open = hideOpen ? Figure.Suppressed : new(tally.Open),
            MedianAnswerDays = Derived(tally.AnswerDays(50)),
            P90AnswerDays = Derived(tally.AnswerDays(90)),
            AnsweredInTimePercent = Derived(tally.AnsweredInTimePercent),
            MeanHops = Derived(tally.MeanHops),
        };
    }

    private static bool IsSmall(long number) => number is > 0 and < Threshold;

    private static int Colons(StatisticsRow row) =>
        new Figure?[] { row.Count, row.Open, row.MedianAnswerDays, row.P90AnswerDays, row.AnsweredInTimePercent, row.MeanHops }.Count(f => f == Figure.Suppressed);
}
