using System.Text.Json;
using System.Text.Json.Serialization;

namespace Avvik.Contracts;

/// <summary>How the embedded reference files are read: by generated code, so that a client that is compiled ahead of time has them, too.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(VocabularyTerm[]))]
[JsonSerializable(typeof(Category[]))]
[JsonSerializable(typeof(Deadlines))]
[JsonSerializable(typeof(SeriousIncidentRule[]))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, string>>))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, Dictionary<string, string>>>))]
[JsonSerializable(typeof(Municipalities.Known[]))]
internal sealed partial class ReferenceJson : JsonSerializerContext;

/// <summary>The communities that ship: a member that nobody reads is a mistake.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CommunityDocument[]))]
internal sealed partial class CommunityJson : JsonSerializerContext;
