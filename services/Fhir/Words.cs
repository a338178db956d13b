using System.Collections.Concurrent;
using System.Collections.Frozen;
using Avvik.Contracts;

namespace Avvik.Fhir;

/// <summary>The vocabulary's word for a code.</summary>
public static class Words
{
    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, string>> Lists = new(StringComparer.Ordinal);

    /// <summary>Bokmål; null for a code that the list does not have.</summary>
    public static string? Of(string list, string code) =>
        Lists.GetOrAdd(list, l => Vocabulary.TermsOf(l).ToFrozenDictionary(t => t.Code, t => t.Label, StringComparer.Ordinal)).GetValueOrDefault(code);
}
