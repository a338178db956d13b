using Avvik.Contracts;

namespace Avvik.Hosting.Problems;

/// <summary>An error in a field: its JSON pointer (RFC 6901), the error as a code and as a sentence, and the places in a text.</summary>
public sealed record FieldError(string Pointer, string Code, string Message, IReadOnlyList<TextSpan>? Offsets);

/// <summary>A piece of a text, in UTF-16 code units.</summary>
public sealed record TextSpan(int Offset, int Length);

/// <summary>All errors of a request, so that the caller can fix them at once.</summary>
public sealed class FieldErrors
{
    private static readonly HashSet<string> ShapeCodes = new(StringComparer.Ordinal)
    {
        FieldCodes.Required, FieldCodes.InvalidJson, FieldCodes.UnknownMember, FieldCodes.DuplicateMember, FieldCodes.WrongType, FieldCodes.InvalidCursor,
        FieldCodes.UnknownLanguage,
    };
    private readonly HashSet<(string Pointer, string Text)> _searched = [];
    private readonly List<(string Pointer, string Code, object?[] Values, IReadOnlyList<TextSpan>? Offsets)> _errors = [];

    public bool Any => _errors.Count > 0;

    /// <summary>Where a field is in the FHIR resource that the request was read from; null when there is none.</summary>
    public Func<string, string>? Locate { get; init; }

    /// <summary>The element of a field's error (FHIRPath); of a query parameter, <c>http.query.</c> and its name.</summary>
    internal IReadOnlyList<string> ExpressionOf(string pointer) =>
        [Locate is null ? $"http.query.{pointer.TrimStart('/')}".TrimEnd('.') : Locate(pointer)];

    /// <summary>True when something is wrong with that field.</summary>
    public bool Has(string pointer) => _errors.Exists(e => e.Pointer == pointer);

    /// <summary>True the first time: a text is searched for identities once, however many of its checks ask for it.</summary>
    internal bool BeginSearch(string pointer, string text) => _searched.Add((pointer, text));

    /// <summary>True when the request has the wrong shape (400); otherwise its content is wrong (422).</summary>
    public bool WrongShape => _errors.Exists(e => ShapeCodes.Contains(e.Code));

    public void Add(string pointer, string code, params object?[] values) => Add(pointer, code, null, values);

    public void Add(string pointer, string code, IReadOnlyList<TextSpan>? offsets, params object?[] values)
    {
        // A field of wrong shape is read as missing, so that validation reports it again: only the first error helps.
        if (!_errors.Exists(e => e.Pointer == pointer && ShapeCodes.Contains(e.Code))) _errors.Add((pointer, code, values, offsets));
    }

    internal IReadOnlyList<FieldError> In(bool english) =>
        [.. _errors.Select(e => new FieldError(e.Pointer, e.Code, Texts.Field(e.Code, english, e.Values), e.Offsets))];
}
