using System.Text.Json;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.TextProtection;

/// <summary>Columns that are sealed in the database and plain in the entity: EF seals what it writes and opens what it reads.</summary>
public static class SealedColumns
{
    private const string Annotation = "Avvik:Sealed";

    /// <summary>Gives a context's model the keys of its sealed columns.</summary>
    public static void UseSealedColumns(this DbContextOptionsBuilder options, TextProtector texts) =>
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(new KeysExtension(texts));

    /// <summary>The keys of a context's sealed columns; null for <c>dotnet ef</c>, which reads and writes no rows.</summary>
    public static TextProtector? KeysOf(DbContextOptions options) => options.FindExtension<KeysExtension>()?.Texts;

    /// <summary>Seals texts. One that no key opens reads as a placeholder, so that the rest of a list is still shown.</summary>
    public static void HasSealedTexts<T>(this EntityTypeBuilder<T> entity, TextProtector? texts, params ReadOnlySpan<string> properties) where T : class
    {
        foreach (var property in properties)
        {
            var column = entity.Property<string?>(property).HasAnnotation(Annotation, true);
            if (texts is not null)
                column.HasConversion(new ValueConverter<string?, string>(text => texts.Protect(text!).Value, stored => texts.ShowStored(stored)));
        }
    }

    /// <summary>Seals a property's JSON. An empty list holds nothing that anybody wrote, and stays plain.</summary>
    /// <param name="property">The property.</param>
    /// <param name="texts">The keys.</param>
    /// <param name="options">Of the JSON.</param>
    /// <param name="unreadable">JSON of what is shown when no key opens it.</param>
    /// <param name="read">Reads the JSON, when the serializer alone does not.</param>
    public static void HasSealedJson<TValue>(this PropertyBuilder<TValue> property, TextProtector? texts, JsonSerializerOptions options,
        string unreadable, Func<string, TValue>? read = null)
    {
        property.HasAnnotation(Annotation, true);
        property.HasJsonConversion(Seal, Open, options);

        string Seal(TValue value) => JsonSerializer.Serialize(value, options) is var json && (texts is null || json == "[]") ? json : texts.Protect(json).Value;

        TValue Open(string stored)
        {
            var json = texts is null ? stored : texts.TryOpen(stored) ?? unreadable;
            return read is null ? JsonSerializer.Deserialize<TValue>(json, options)! : read(json);
        }
    }

    /// <summary>Sealed columns of a context, for <see cref="TextProtectionExtensions.AddTextResealing{TDb}"/>.</summary>
    public static IReadOnlyList<(Type Entity, string Property)> Of(DbContext db) =>
        [.. from type in DesignModelOf(db).GetEntityTypes() from property in type.GetProperties() where property.FindAnnotation(Annotation) is not null
            select (type.ClrType, property.Name)];

    private static IModel DesignModelOf(DbContext db) => db.GetService<IDesignTimeModel>().Model;

    /// <summary>A model converts with the keys it was made with, so contexts with other keys have another model.</summary>
    private sealed class KeysExtension(TextProtector texts) : IDbContextOptionsExtension
    {
        public TextProtector Texts => texts;

        public DbContextOptionsExtensionInfo Info => field ??= new KeysInfo(this, texts.RingPrint);

        public void ApplyServices(IServiceCollection services) { }

        public void Validate(IDbContextOptions options) { }

        private sealed class KeysInfo(KeysExtension extension, string ring) : DbContextOptionsExtensionInfo(extension)
        {
            private readonly string _ring = ring;

            public override bool IsDatabaseProvider => false;
            public override string LogFragment => "";

            public override int GetServiceProviderHashCode() => _ring.GetHashCode(StringComparison.Ordinal);

            public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is KeysInfo { _ring: var same } && same == _ring;

            public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) { }
        }
    }
}
