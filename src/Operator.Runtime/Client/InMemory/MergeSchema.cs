using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>
/// How the lists inside a type merge: by keys, as a set, or as a whole. Read from the C# types, as the custom kinds' schemas are;
/// built-in kinds' lists are in <see cref="BuiltInLists"/>. Maps always merge by member.
/// </summary>
internal sealed class MergeSchema
{
    private static readonly ConcurrentDictionary<Type, MergeSchema> Schemas = new();

    /// <summary>Of what no type describes: lists are wholes.</summary>
    private static readonly MergeSchema Unknown = new(null, XListType.Atomic, []);

    private readonly Type? _type;
    private readonly Lazy<IReadOnlyDictionary<string, MergeSchema>> _fields;
    private readonly Lazy<MergeSchema> _item;
    private readonly Lazy<MergeSchema> _value;

    private MergeSchema(Type? type, XListType list, IReadOnlyList<string> keys)
    {
        _type = type;
        List = list;
        Keys = [.. keys.Order(StringComparer.Ordinal)];
        _fields = new(() => ReadFields(_type));
        _item = new(() => Of(ElementType(_type, typeof(IEnumerable<>), 0)));
        _value = new(() => Of(ElementType(_type, typeof(IDictionary<,>), 1)));
    }

    public XListType List { get; }

    /// <summary>The members that tell the items of a <see cref="XListType.Map"/> apart, in the order of their names.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Of the list's items.</summary>
    public MergeSchema Item => _item.Value;

    /// <summary>The value of a key that an item leaves out.</summary>
    public string? DefaultOf(string key) =>
        Item._type?.GetProperties().FirstOrDefault(property => NameOf(property) == key)?.GetCustomAttribute<DefaultValueAttribute>()?.Value as string
        ?? BuiltInLists.DefaultOf(key);

    public static MergeSchema Of(Type? type) => type is null ? Unknown : Schemas.GetOrAdd(type, known => new(known, XListType.Atomic, []));

    public MergeSchema Field(string name) =>
        _fields.Value.TryGetValue(name, out var field) ? field : _value.Value;

    private static Type? ElementType(Type? type, Type collection, int argument) =>
        type?.GetInterfaces().Append(type).FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == collection)
            ?.GetGenericArguments()[argument];

    private static Dictionary<string, MergeSchema> ReadFields(Type? type)
    {
        if (type is null || typeof(IEnumerable).IsAssignableFrom(type))
            return [];

        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(NameOf, property => OfProperty(type, property));
    }

    private static MergeSchema OfProperty(Type declaring, PropertyInfo property)
    {
        if (property.GetCustomAttribute<XListTypeAttribute>() is { } list)
            return new(property.PropertyType, list.Type, property.GetCustomAttribute<XListMapKeysAttribute>()?.Keys ?? []);

        var (builtIn, keys) = BuiltInLists.Of(declaring, property.Name);
        return builtIn == XListType.Atomic ? Of(property.PropertyType) : new(property.PropertyType, builtIn, keys);
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
