using Avvik.Contracts;

namespace Avvik.Hosting.Problems;

/// <summary>A bad field: where it is (JSON pointer, RFC 6901), what is wrong in a code and in words, and where in a text.</summary>
public sealed record FieldError(string Pointer, string Code, string Message, IReadOnlyList<TextSpan>? Offsets);

/// <summary>A piece of a text, in UTF-16 code units.</summary>
public sealed record TextSpan(int Offset, int Length);

/// <summary>All that is wrong with a request, so that the caller can mend it in one go.</summary>
public sealed class FieldErrors
{
    private static readonly HashSet<string> ShapeCodes = new(StringComparer.Ordinal) { "required", "invalidJson", "unknownMember", "duplicateMember", "wrongType", "invalidCursor" };
    private readonly List<(string Pointer, string Code, object?[] Values, IReadOnlyList<TextSpan>? Offsets)> _errors = [];

    public bool Any => _errors.Count > 0;

    /// <summary>True when the request is not of the shape asked for (400); else its content is wrong (422).</summary>
    public bool WrongShape => _errors.Exists(e => ShapeCodes.Contains(e.Code));

    public void Add(string pointer, string code, params object?[] values) => Add(pointer, code, null, values);

    public void Add(string pointer, string code, IReadOnlyList<TextSpan>? offsets, params object?[] values)
    {
        // A field whose shape was wrong reads as missing afterwards: its first error is the one that helps.
        if (!_errors.Exists(e => e.Pointer == pointer && ShapeCodes.Contains(e.Code))) _errors.Add((pointer, code, values, offsets));
    }

    internal IReadOnlyList<FieldError> In(bool english) => [.. _errors.Select(e => new FieldError(e.Pointer, e.Code, Texts.Field(e.Code, english, e.Values), e.Offsets))];
}
