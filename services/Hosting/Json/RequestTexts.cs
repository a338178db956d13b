using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Avvik.Contracts;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;

namespace Avvik.Hosting.Json;

/// <summary>
/// The one check that every text of every request body passes, whatever else its endpoint checks: it is of bounded length, printable, and holds no identity.
/// Lists are bounded too. What may identify someone, which only a person can judge, is told in the answer (<see cref="WrittenAnswers"/>).
/// </summary>
internal static class RequestTexts
{
    /// <summary>Characters of the longest text that any endpoint takes, and items of the longest list.</summary>
    public const int MaxLength = 8000, MaxItems = 200;
    // Characters that a person number is searched in on either side of a seam: eleven digits with marks between them.
    private const int PersonNumberLength = 24;

    // Of each type, the members that are checked: attributes are found by reflection, which costs more than the check.
    private static readonly ConcurrentDictionary<JsonTypeInfo, Member[]> Members = [];

    private sealed record Member(string Name, Func<object, object?> Get, JsonTypeInfo Type, Held Held);

    /// <summary>
    /// Adds an error for each text that fails, unless its endpoint has found something there already.
    /// </summary>
    /// <returns>What may identify someone in the others.</returns>
    public static IReadOnlyList<IdentityWarning> Check(object value, JsonTypeInfo type, FieldErrors errors)
    {
        var (warnings, texts) = (new List<IdentityWarning>(), new List<(string Pointer, string Text)>());
        Check(value, type, "", new(), errors, warnings, texts);
        CheckSplit(texts, errors);
        return warnings;
    }

    /// <summary>A person number whose first digits end one text and whose last begin another is one, wherever the two stand.</summary>
    private static void CheckSplit(List<(string Pointer, string Text)> texts, FieldErrors errors)
    {
        foreach (var (i, (pointer, text)) in texts.Index())
        {
            var tail = text.AsSpan().TrimEnd();
            if (tail.IsEmpty || !char.IsDigit(tail[^1])) continue;
            var start = Math.Max(0, tail.Length - PersonNumberLength);
            foreach (var (otherPointer, other) in texts.Skip(i + 1))
            {
                var head = other.AsSpan().TrimStart();
                if (head.IsEmpty || !char.IsDigit(head[0]) || errors.Has(pointer) || errors.Has(otherPointer)) continue;
                var joined = $"{tail[start..]} {head[..Math.Min(head.Length, PersonNumberLength)]}";
                var seam = tail.Length - start;
                foreach (var found in IdentityDetector.Find(joined))
                {
                    if (found.Kind != IdentityKind.PersonNumber || found.Offset >= seam || found.Offset + found.Length <= seam + 1) continue;
                    errors.Add(pointer, FieldCodes.IdentityInText, offsets: [new(start + found.Offset, seam - found.Offset)]);
                    errors.Add(otherPointer, FieldCodes.IdentityInText,
                        offsets: [new(other.Length - head.Length, found.Offset + found.Length - seam - 1)]);
                    break;
                }
            }
        }
    }

    private static Member[] MembersOf(JsonTypeInfo type)
    {
        return [.. type.Properties.Where(p => p.Get is not null && !Has<HoldsIdentityAttribute>(p)).Select(p => new Member(p.Name, p.Get!,
            type.Options.GetTypeInfo(p.PropertyType), new(Has<HoldsNameAttribute>(p), Has<HoldsCodesAttribute>(p))))];

        static bool Has<T>(JsonPropertyInfo property) => property.AttributeProvider?.IsDefined(typeof(T), inherit: true) == true;
    }

    private static void Check(object value, JsonTypeInfo type, string pointer, Held held, FieldErrors errors, List<IdentityWarning> warnings,
        List<(string Pointer, string Text)> texts)
    {
        if (value is string text)
        {
            if (!held.Codes) texts.Add((pointer, text));
            if (!errors.Has(pointer)) FreeText.CheckIdentity(text, pointer, MaxLength, errors);
            if (!held.Name && !errors.Has(pointer)) warnings.AddRange(IdentityWarning.In(pointer, text));
        }
        else if (type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var member in Members.GetOrAdd(type, MembersOf))
                if (member.Get(value) is { } content)
                    Check(content, member.Type, $"{pointer}/{member.Name}", member.Held with { Codes = held.Codes || member.Held.Codes }, errors, warnings,
                        texts);
        }
        else if (type.Kind == JsonTypeInfoKind.Enumerable && value is IEnumerable items)
        {
            var item = type.Options.GetTypeInfo(type.ElementType!);
            foreach (var (index, member) in items.Cast<object>().Index())
            {
                if (index == MaxItems && !held.Codes)
                {
                    if (!errors.Has(pointer)) errors.Add(pointer, FieldCodes.TooMany, MaxItems);
                    return;
                }
                Check(member, item, $"{pointer}/{index}", held, errors, warnings, texts);
            }
        }
    }

    /// <summary>What a member is meant to hold beside sentences.</summary>
    private readonly record struct Held(bool Name, bool Codes);
}
