using System.Globalization;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Avvik.Fhir;

/// <summary>A date parameter: from when until when, and how what is searched is compared with it (R4, search.html#date).</summary>
public sealed record DateFilter(string Prefix, DateTimeOffset From, DateTimeOffset Until);

/// <summary>The parameters of a search, from the address or from the form of a <c>POST _search</c>.</summary>
public sealed class FhirSearch
{
    private readonly List<KeyValuePair<string, StringValues>> _parameters;

    private FhirSearch(List<KeyValuePair<string, StringValues>> parameters) => _parameters = parameters;

    public FieldErrors Errors { get; } = new();

    /// <summary>Those of the request; a parameter in a form that the endpoint does not have is an error, as one in the address is.</summary>
    /// <param name="names">Those that the endpoint has.</param>
    /// <param name="onlyInForm">Those that may stand in the form alone: they would be in logs otherwise.</param>
    public static async Task<(FhirSearch? Search, Problem? Problem)> ReadAsync(HttpRequest request, IReadOnlyList<string> names, params string[] onlyInForm)
    {
        var search = new FhirSearch([.. request.Query]);
        foreach (var name in onlyInForm)
            if (request.Query.ContainsKey(name)) search.Errors.Add($"/{name}", FieldCodes.NotInUrl);
        if (HttpMethods.IsPost(request.Method))
        {
            if (!request.HasFormContentType) return (null, Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType));
            foreach (var parameter in await request.ReadFormAsync(request.HttpContext.RequestAborted))
            {
                if (names.Contains(parameter.Key, StringComparer.Ordinal) || onlyInForm.Contains(parameter.Key, StringComparer.Ordinal))
                    search._parameters.Add(parameter);
                else search.Errors.Add("/", FieldCodes.UnknownMember);
            }
        }
        return (search, null);
    }

    public bool Has(string name) => _parameters.Exists(p => p.Key == name);

    /// <summary>The one value of a parameter; null when it is not there.</summary>
    public string? One(string name)
    {
        var values = _parameters.Where(p => p.Key == name).SelectMany(p => p.Value).ToList();
        if (values.Count > 1) Errors.Add($"/{name}", FieldCodes.DuplicateMember);
        return values.FirstOrDefault();
    }

    /// <summary>Codes of one system, any of which will do; null when the parameter is not there. A code without a system is of ours.</summary>
    public IReadOnlyList<string>? Codes(string name, string system, Func<string, bool> isKnown)
    {
        if (One(name) is not { } value) return null;
        var codes = value.Split(',').Select(token => token.Split('|') is [var of, var code] && (of == system || of.Length == 0) ? code : token).ToList();
        if (!codes.TrueForAll(c => isKnown(c))) Errors.Add($"/{name}", FieldCodes.UnknownCode);
        return codes;
    }

    /// <summary>A token's system (null: any) and value.</summary>
    public (string? System, string Value)? Token(string name) => One(name) switch
    {
        null => null,
        { } token when token.Split('|') is [var system, var value] && value.Length > 0 => (system.Length == 0 ? null : system, value),
        { } token when !token.Contains('|', StringComparison.Ordinal) && token.Length > 0 => (null, token),
        _ => Invalid(name),
    };

    /// <summary>Every date filter of a parameter; all must hold.</summary>
    public IReadOnlyList<DateFilter> Dates(string name)
    {
        var filters = new List<DateFilter>();
        foreach (var value in _parameters.Where(p => p.Key == name).SelectMany(p => p.Value))
        {
            var text = value ?? "";
            var prefix = text.Length > 2 && char.IsAsciiLetter(text[0]) ? text[..2] : "eq";
            if (prefix is "eq" or "ne" or "gt" or "lt" or "ge" or "le" or "sa" or "eb"
                && RangeOf(text.Length > 2 && char.IsAsciiLetter(text[0]) ? text[2..] : text) is var (from, until))
                filters.Add(new(prefix, from, until));
            else Errors.Add($"/{name}", FieldCodes.InvalidDate);
        }
        return filters;
    }

    /// <summary>Size of the page.</summary>
    public int Count(int max)
    {
        if (One("_count") is not { } text) return Math.Min(Cursor.DefaultLimit, max);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1) return Math.Min(count, max);
        Errors.Add("/_count", FieldCodes.InvalidLimit, max);
        return max;
    }

    /// <summary>The order asked for, one of <paramref name="known"/>, of which the first is the default.</summary>
    public string Sort(params string[] known)
    {
        if (One("_sort") is not { } sort) return known[0];
        if (!known.Contains(sort, StringComparer.Ordinal)) Errors.Add("/_sort", FieldCodes.UnknownCode);
        return sort;
    }

    public (long SortKey, Guid Id)? After() => Cursor.Read(One("cursor"), Errors);

    /// <summary>A page, with links to itself and to what follows it, relative to the base; what stood in a form alone is in neither.</summary>
    public static Bundle Page(string type, HttpRequest request, IEnumerable<Resource> resources, string? nextCursor)
    {
        var asked = request.Query.Where(p => p.Key != "cursor").Concat(HttpMethods.IsPost(request.Method)
            ? request.Form.Where(p => p.Key != "cursor" && !p.Key.StartsWith("subject", StringComparison.Ordinal)) : []);
        var bundle = new Bundle { Type = Bundle.BundleType.Searchset, Link = [new() { Relation = "self", Url = Url(request.Query["cursor"]) }] };
        if (nextCursor is not null) bundle.Link.Add(new() { Relation = "next", Url = Url(nextCursor) });
        foreach (var resource in resources)
            bundle.Entry.Add(new()
            {
                FullUrl = Guid.TryParse(resource.Id, out _) ? $"urn:uuid:{resource.Id}" : $"{FhirUris.Canonical}/{resource.TypeName}/{resource.Id}",
                Resource = resource,
                Search = new() { Mode = Bundle.SearchEntryMode.Match },
            });
        return bundle;

        string Url(string? cursor) => type + QueryString.Create(cursor is null ? asked : asked.Append(new("cursor", cursor)));
    }

    private (string? System, string Value)? Invalid(string name)
    {
        Errors.Add($"/{name}", FieldCodes.InvalidValue);
        return null;
    }

    // A year, a month, a day (Norwegian local dates), or a time with offset and the second or minute that it says.
    private static (DateTimeOffset From, DateTimeOffset Until)? RangeOf(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (DateOnly.TryParseExact(text, "yyyy", culture, DateTimeStyles.None, out var year)) return Days(year, d => d.AddYears(1));
        if (DateOnly.TryParseExact(text, "yyyy-MM", culture, DateTimeStyles.None, out var month)) return Days(month, d => d.AddMonths(1));
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out var day)) return Days(day, d => d.AddDays(1));
        foreach (var (format, length) in new[] { ("yyyy-MM-ddTHH:mmK", 60_000), ("yyyy-MM-ddTHH:mm:ssK", 1000), ("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", 1) })
            if (DateTimeOffset.TryParseExact(text, format, culture, DateTimeStyles.None, out var at) && LocalDay.IsPlausible(at.Year)
                && (text[^1] == 'Z' || text[^6] is '+' or '-')) return (at, at.AddMilliseconds(length));
        return null;

        static (DateTimeOffset, DateTimeOffset)? Days(DateOnly first, Func<DateOnly, DateOnly> next) =>
            LocalDay.IsPlausible(first.Year) ? (NorwegianCalendar.StartOf(first), NorwegianCalendar.StartOf(next(first))) : null;
    }
}
