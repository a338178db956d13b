using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Problems;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Reports;

namespace Avvik.Statistics.Figures;

/// <summary>A question: a community and a period, rows by which dimensions, and only those deviations that have one of the values of each filter.</summary>
/// <param name="IsOwn">Asks for the caller's own cases, whole, as they stand; else for the community's protected figures of frozen quarters.</param>
/// <param name="HasPeriod">False when the period is the default.</param>
internal sealed record FiguresQuery(
    string Community, bool IsOwn, bool HasPeriod, DateOnly From, DateOnly To, IReadOnlyList<Dimension> By, IReadOnlyList<(Dimension Dimension,
        string[] Values)> Filters)
{
    public const string Own = "own", Everyone = "community";

    /// <summary>More dimensions make rows of single deviations.</summary>
    public const int MostDimensions = 4;

    /// <summary>What protected figures are fitted to: rows and filters together, beside the quarter.</summary>
    public const int MostProtectedDimensions = 2;

    /// <summary>Reads the query string; <paramref name="errors"/> gets all that is wrong with it at once.</summary>
    public static FiguresQuery Read(IQueryCollection query, string community, bool hasOwn, CareDirectory directory, DateOnly today, FieldErrors errors)
    {
        foreach (var name in query.Keys)
            if (name is not ("from" or "to" or "by" or "scope" or "labels") && Dimension.Named(name) is null)
                errors.Add(LooksLikeName(name) ? $"/{name}" : "", FieldCodes.UnknownMember);

        string? scope = query["scope"];
        if (scope is not (null or Own or Everyone)) errors.Add("/scope", FieldCodes.UnknownCode);
        var filters = new List<(Dimension Dimension, string[] Values)>();
        // The community is settled before anything is read: a caller has one.
        foreach (var dimension in Dimension.All.Skip(1))
        {
            if (!query.TryGetValue(dimension.Name, out var asked)) continue;
            string[] values = [.. asked.Select(value => value ?? "").Distinct(StringComparer.Ordinal)];
            if (Array.TrueForAll(values, v => dimension.Knows(directory, v))) filters.Add((dimension, values));
            else errors.Add($"/{dimension.Name}", dimension.Refusal);
        }
        var by = ReadBy(query, errors);
        var isOwn = scope is null ? hasOwn : scope == Own;
        var dimensions = by.Concat(filters.Select(f => f.Dimension)).Where(d => d != Dimension.Quarter && d != Dimension.Community).Distinct().Count();
        if (!isOwn && dimensions > MostProtectedDimensions)
            errors.Add("/by", FieldCodes.TooManyAboutOthers, MostProtectedDimensions);

        // A quarter asked for is the period, when no other is.
        Period[] quarters = query.ContainsKey("from") || query.ContainsKey("to") ? []
            : [.. filters.Where(f => f.Dimension == Dimension.Quarter).SelectMany(f => f.Values).Select(Period.Read).OfType<Period>()];
        var to = LocalDay.Read(query["to"], "/to", errors) ?? (quarters.Length > 0 ? quarters.Max(q => q.To) : today);
        var from = LocalDay.Read(query["from"], "/from", errors) ?? (quarters.Length > 0 ? quarters.Min(q => q.From) : NorwegianCalendar.StartOfQuarter(to));
        if (to < from && !errors.Any) errors.Add(query.ContainsKey("to") ? "/to" : "/from", FieldCodes.InvalidValue);
        var hasPeriod = query.ContainsKey("from") || query.ContainsKey("to") || quarters.Length > 0;
        if (!isOwn && hasPeriod && !errors.Any && (Period.QuarterOf(from).From != from || Period.QuarterOf(to).To != to))
            errors.Add(Period.QuarterOf(from).From != from ? "/from" : "/to", FieldCodes.WholeQuarters);
        return new(community, isOwn, hasPeriod, from, to, by, filters);
    }

    /// <summary>The question in one form, for the log: codes and days only.</summary>
    public override string ToString() => string.Join('&', Filters.SelectMany(f => f.Values, (f, v) => $"{f.Dimension.Name}={v}")
        .Prepend($"scope={(IsOwn ? Own : Everyone)}&from={From:yyyy-MM-dd}&to={To:yyyy-MM-dd}&by={string.Join(',', By.Select(d => d.Name))}"));

    private static Dimension[] ReadBy(IQueryCollection query, FieldErrors errors)
    {
        string[] names = [.. query["by"].SelectMany(by => (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        Dimension[] by = [.. names.Select(Dimension.Named).OfType<Dimension>()];
        if (by.Length < names.Length) errors.Add("/by", FieldCodes.UnknownCode);
        if (by.Distinct().Count() < by.Length) errors.Add("/by", FieldCodes.Repeated);
        if (names.Length > MostDimensions) errors.Add("/by", FieldCodes.TooMany, MostDimensions);
        return by;
    }

    // The name of an unknown parameter is the caller's own and could be anything: it is shown only when it looks like a name.
    private static bool LooksLikeName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-');
}
