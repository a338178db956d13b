using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Problems;

namespace Avvik.Statistics.Figures;

/// <summary>What is asked for: a community and a period, by which dimensions, and only those deviations that have one of the values of each filter.</summary>
internal sealed record Question(string Community, DateOnly From, DateOnly To, IReadOnlyList<Dimension> By, IReadOnlyList<(Dimension Dimension, string[] Values)> Filters)
{
    // More make rows of ones: slow to read, and telling.
    private const int MostDimensions = 4;

    /// <summary>Reads the query string; <paramref name="errors"/> gets all that is wrong with it at once.</summary>
    public static Question Read(IQueryCollection query, string community, CareDirectory directory, DateOnly today, FieldErrors errors)
    {
        foreach (var name in query.Keys)
            if (name is not ("from" or "to" or "by") && Dimension.Named(name) is null) errors.Add(LooksLikeName(name) ? $"/{name}" : "", "unknownMember");

        var to = LocalDay.Read(query["to"], "/to", errors) ?? today;
        var from = LocalDay.Read(query["from"], "/from", errors) ?? NorwegianCalendar.StartOfQuarter(to);
        if (to < from && !errors.Any) errors.Add(query.ContainsKey("to") ? "/to" : "/from", "invalidValue");

        var filters = new List<(Dimension, string[])>();
        // The community is settled before anything is read: a caller has one.
        foreach (var dimension in Dimension.All.Skip(1))
        {
            if (!query.TryGetValue(dimension.Name, out var asked)) continue;
            string[] values = [.. asked.Select(value => value ?? "").Distinct(StringComparer.Ordinal)];
            if (Array.TrueForAll(values, v => dimension.Knows(directory, v))) filters.Add((dimension, values));
            else errors.Add($"/{dimension.Name}", dimension.Refusal);
        }
        return new(community, from, to, ReadBy(query, errors), filters);
    }

    private static Dimension[] ReadBy(IQueryCollection query, FieldErrors errors)
    {
        string[] names = [.. query["by"].SelectMany(by => (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        Dimension[] by = [.. names.Select(Dimension.Named).OfType<Dimension>()];
        if (by.Length < names.Length) errors.Add("/by", "unknownCode");
        if (by.Distinct().Count() < by.Length) errors.Add("/by", "repeated");
        if (names.Length > MostDimensions) errors.Add("/by", "tooMany", MostDimensions);
        return by;
    }

    // The name of an unknown parameter is the caller's own and could be anything: it is shown only when it looks like a name.
    private static bool LooksLikeName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-');
}
