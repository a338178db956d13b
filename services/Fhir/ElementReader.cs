using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Hl7.Fhir.Model;

namespace Avvik.Fhir;

/// <summary>A place in a resource: an element and what is below it, or a whole expression. It is put together for an error alone.</summary>
public readonly record struct Place(Base? Element, string Rest = "")
{
    public static implicit operator Place(string expression) => new(null, expression);
}

/// <summary>
/// Reads what a mapping knows of a resource and remembers where each member came from, so that an error of the member points to the element. What is left
/// unread is an error, too: it would be lost.
/// </summary>
public sealed class ElementReader
{
    // The server sets them, or a representation repeats what the elements say (R4, http.html#create and narrative.html).
    private static readonly HashSet<string> OfServer = new(StringComparer.Ordinal) { "id", "meta", "implicitRules", "language", "text" };

    // Elements of a report, and members that it is read into.
    private const int ManyElements = 128, ManyMembers = 48;

    private readonly HashSet<Base> _read = new(ManyElements, ReferenceEqualityComparer.Instance);
    private readonly List<(string Pointer, Place Place)> _places = new(ManyMembers);
    private readonly Resource _resource;
    // Made for the first error.
    private readonly Lazy<Dictionary<Base, string>> _paths;

    public ElementReader(Resource root)
    {
        _resource = root;
        _paths = new(() =>
        {
            var paths = new Dictionary<Base, string>(ReferenceEqualityComparer.Instance);
            Walk(root, root.TypeName, paths);
            return paths;
        });
        Errors = new FieldErrors { Locate = ExpressionOf };
    }

    public FieldErrors Errors { get; }

    /// <summary>The element that a member was read from, or is missing at (FHIRPath).</summary>
    public string ExpressionOf(string pointer)
    {
        // A JSON pointer begins with a slash; anything else is the element already, or a header.
        if (pointer is [not '/', ..]) return pointer;
        for (var at = pointer; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('/'))])
            if (_places.FindLast(p => p.Pointer == at) is { Pointer: not null } found) return ExpressionOf(found.Place);
        return _resource.TypeName;
    }

    public string PathOf(Base element) => _paths.Value.GetValueOrDefault(element, _resource.TypeName);

    /// <summary>An error of an element that no member stands for.</summary>
    public void Fail(Base element, string code) => Errors.Add(PathOf(element), code);

    /// <summary>Says where a member is, or would be.</summary>
    public void Place(string pointer, Place place) => _places.Add((pointer, place));

    /// <summary>Marks an element, and what it consists of, as read.</summary>
    public void Skip(Base? element)
    {
        if (element is not null) _read.Add(element);
    }

    /// <summary>A primitive's value, for the member; null when it is not there.</summary>
    public string? Text(PrimitiveType? value, string pointer, Place missingAt)
    {
        Place(pointer, value is null ? missingAt : new(value));
        Leaf(value);
        return value?.JsonValue as string;
    }

    public bool? Flag(FhirBoolean? value, string pointer, Place missingAt)
    {
        Place(pointer, value is null ? missingAt : new(value));
        Leaf(value);
        return value?.Value;
    }

    /// <summary>A whole number; null when it is none.</summary>
    public int? Number(PositiveInt? value, string pointer, Place missingAt)
    {
        Place(pointer, value is null ? missingAt : new(value));
        Leaf(value);
        return value?.Value;
    }

    /// <summary>A code of one of our systems; a display is the caller's copy of our word.</summary>
    public string? Code(Coding? coding, string system, string pointer, Place missingAt)
    {
        Place(pointer, coding is null ? missingAt : new(coding));
        if (coding is null) return null;
        Leaf(coding.SystemElement);
        Leaf(coding.DisplayElement);
        if (coding.System is null) Errors.Add($"{PathOf(coding)}.system", FieldCodes.Required);
        else if (coding.System != system) Errors.Add(PathOf(coding.SystemElement!), FieldCodes.UnknownSystem);
        if (coding.CodeElement is null) Errors.Add($"{PathOf(coding)}.code", FieldCodes.Required);
        return Text(coding.CodeElement, pointer, missingAt);
    }

    /// <summary>The one coding of a concept.</summary>
    public string? Code(CodeableConcept? concept, string system, string pointer, Place missingAt) =>
        Code(concept?.Coding.FirstOrDefault(), system, pointer, missingAt);

    /// <summary>The value of an identifier of a known system.</summary>
    public string? Identifier(Identifier? identifier, string system, string pointer, Place missingAt)
    {
        if (identifier is not null)
        {
            SkipUse(identifier);
            Leaf(identifier.SystemElement);
            if (identifier.System is null) Errors.Add($"{PathOf(identifier)}.system", FieldCodes.Required);
            else if (identifier.System != system) Errors.Add(PathOf(identifier.SystemElement!), FieldCodes.UnknownSystem);
            missingAt = new(identifier, ".value");
        }
        return Text(identifier?.ValueElement, pointer, missingAt);
    }

    /// <summary>The identifier of what a logical reference points to (R4, references.html#logical).</summary>
    public Identifier? Logical(ResourceReference? reference, string type)
    {
        if (reference?.TypeElement is { } said)
        {
            Leaf(said);
            if (reference.Type != type) Fail(said, FieldCodes.InvalidValue);
        }
        return reference?.Identifier;
    }

    /// <summary>The contained resource that a reference names.</summary>
    public T? Contained<T>(ResourceReference? reference, DomainResource owner) where T : Resource
    {
        if (reference?.ReferenceElement is not { } named) return null;
        Leaf(named);
        if (reference.Type is not null) Logical(reference, ModelInfo.GetFhirTypeNameForType(typeof(T))!);
        var found = owner.Contained.FirstOrDefault(c => named.Value == $"#{c.Id}");
        if (found is not T contained)
        {
            Fail(named, FieldCodes.InvalidValue);
            return null;
        }
        Skip(contained.IdElement);
        return contained;
    }

    /// <summary>The one extension of an address; a second is left unread, which is an error.</summary>
    public Extension? Extension(IExtendable? owner, string url)
    {
        foreach (var extension in owner?.Extension ?? [])
            if (extension.Url == url)
            {
                Leaf(extension.UrlElement);
                return extension;
            }
        return null;
    }

    public IEnumerable<Extension> Extensions(IExtendable? owner, string url)
    {
        foreach (var extension in owner?.Extension.Where(e => e.Url == url) ?? [])
        {
            Leaf(extension.UrlElement);
            yield return extension;
        }
    }

    /// <summary>Marks an extension's value as of another type than it has to be; null when it is none.</summary>
    public T? Value<T>(Extension? extension) where T : DataType
    {
        switch (extension?.Value)
        {
            case T value: return value;
            case { } other:
                Skip(other);
                Fail(other, FieldCodes.WrongType);
                return null;
            default: return null;
        }
    }

    public void SkipUse(Identifier identifier)
    {
        Leaf(identifier.UseElement);
        if (identifier.Type is not null) Skip(identifier.Type);
    }

    /// <summary>Marks a primitive as read, but not what extends it.</summary>
    public void Leaf(PrimitiveType? value) => Skip(value);

    /// <summary>Reports what nobody has read: the highest element of which nothing was.</summary>
    public void ReportUnread()
    {
        foreach (var (name, child, _) in ChildrenOf(_resource))
            if (!OfServer.Contains(name) && !WasRead(child)) Fail(child, FieldCodes.NotSupported);
    }

    /// <summary>Whether anything of an element was read; then what of it was not is reported.</summary>
    private bool WasRead(Base element)
    {
        var read = _read.Contains(element);
        if (read && element is not PrimitiveType) return true;
        List<Base>? unread = null;
        foreach (var (_, child, _) in ChildrenOf(element))
            if (WasRead(child)) read = true;
            else (unread ??= []).Add(child);
        if (read && unread is not null) unread.ForEach(child => Fail(child, FieldCodes.NotSupported));
        return read;
    }

    private string ExpressionOf(Place place) => place.Element is null ? place.Rest : PathOf(place.Element) + place.Rest;

    private static void Walk(Base element, string path, Dictionary<Base, string> paths)
    {
        paths.TryAdd(element, path);
        var (last, index) = ("", 0);
        foreach (var (name, child, isList) in ChildrenOf(element))
        {
            index = name == last ? index + 1 : 0;
            last = name;
            Walk(child, isList ? $"{path}.{name}[{index}]" : $"{path}.{name}", paths);
        }
    }

    private static IEnumerable<(string Name, Base Element, bool IsList)> ChildrenOf(Base element)
    {
        // Nearly all of them have nothing but their value.
        if (element is PrimitiveType { HasElements: false }) yield break;
        foreach (var (name, value) in element.EnumerateElements())
        {
            if (value is Base child) yield return (name, child, false);
            else if (value is IEnumerable<Base> items)
                foreach (var item in items) yield return (name, item, true);
        }
    }
}
