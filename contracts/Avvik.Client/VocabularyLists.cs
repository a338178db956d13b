namespace Avvik.Client;

/// <summary>Every code list: <c>GET /api/v1/vocabulary</c>.</summary>
/// <param name="Lists">In the vocabulary's order.</param>
public sealed record VocabularyLists(IReadOnlyList<VocabularyList> Lists);

/// <summary>A code list.</summary>
/// <param name="List">Its name: <c>categories</c>, <c>harm</c> …</param>
/// <param name="Codes">In the order that a person should see them in.</param>
public sealed record VocabularyList(string List, IReadOnlyList<VocabularyCode> Codes);

/// <summary>A code of a list.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Labels">What a person reads.</param>
/// <param name="ValidFrom">First day on which it applies (Norwegian local date); null: always has.</param>
/// <param name="ValidTo">Last day on which it applies; null: still does.</param>
/// <param name="Clause">Of a category: the point of helse- og omsorgstjenesteloven § 6-2 that it is judged by; null when it has none.</param>
public sealed record VocabularyCode(string Code, CodeLabels Labels, DateOnly? ValidFrom, DateOnly? ValidTo, string? Clause);

/// <summary>The word for a code in each language.</summary>
/// <param name="Nb">Bokmål.</param>
/// <param name="Nn">Nynorsk.</param>
/// <param name="En">English.</param>
public sealed record CodeLabels(string Nb, string Nn, string En);
