using System.Collections.Frozen;
using System.Text.Json;

namespace Avvik.Contracts;

/// <summary>The country's municipality numbers since 2013 and what became of each (SSB, Klass 131), from <c>municipalities.json</c>.</summary>
public static class Municipalities
{
    private static readonly FrozenDictionary<string, Known> ByNumber = Read();

    /// <summary>
    /// The number that a municipality has now, from one that was its number on a day; null when none had it. Today's number is understood of any day; a
    /// number whose area was divided stays as it is.
    /// </summary>
    public static string? CurrentNumber(string number, DateOnly day) => ByNumber.GetValueOrDefault(number) is { } known && (known.To is null || day <= known.To)
        ? known.Now is [var one] ? one : number
        : null;

    /// <summary>The municipality's name, or null.</summary>
    public static string? Name(string number) => ByNumber.GetValueOrDefault(number)?.Name;

    private static FrozenDictionary<string, Known> Read()
    {
        using var stream = typeof(Municipalities).Assembly.GetManifestResourceStream("municipalities.json")!;
        return JsonSerializer.Deserialize(stream, ReferenceJson.Default.KnownArray)!.ToFrozenDictionary(m => m.Number, StringComparer.Ordinal);
    }

    internal sealed record Known(string Number, string Name, DateOnly? From = null, DateOnly? To = null, string[]? Now = null);
}
