using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>What the body of a request for tokens says, before it is known whose dialect it is. As liberal as <see cref="RequestReader"/>.</summary>
internal sealed class TokenizeDraft
{
    private const string Inputs = "inputs", Prompt = "prompt", Messages = "messages", Model = "model", Special = "add_special_tokens", Names = "return_token_strs";

    private readonly HashSet<string> _seen = [];
    private readonly List<RequestError> _errors = [];
    private RequestError? _malformed;
    private string? _model;
    private string? _prompt;
    private TextList? _inputs;
    private bool? _special;
    private bool? _names;

    private TokenizeDraft()
    {
    }

    /// <summary>Else it is text-embeddings-inference's.</summary>
    public bool IsVllms => !_seen.Contains(Inputs) && (_seen.Contains(Prompt) || _seen.Contains(Messages));

    public static TokenizeDraft Read(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        var draft = new TokenizeDraft();
        if (RequestReader.Prepare(body, limits, out var json) is { } error)
        {
            draft._malformed = error;
            return draft;
        }

        try
        {
            draft.ReadFields(json, limits);
        }
        catch (JsonException e)
        {
            draft._malformed = RequestReader.NotJson(e);
        }
        catch (InvalidOperationException)
        {
            draft._malformed = RequestReader.NotUnicode("the name of a field");
        }

        return draft;
    }

    /// <exception cref="RequestException">It is no such request.</exception>
    public TokenizeRequest Accept()
    {
        if (_malformed is not null)
            throw new RequestException(_malformed);
        if (_errors.Find(error => IsVllms ? error.Field != Inputs : error.Field is Inputs or Special) is { } error)
            throw new RequestException(error);
        var request = new TokenizeRequest { Texts = IsVllms ? PromptOf() : InputsOf(), AddSpecialTokens = _special ?? true };
        return IsVllms ? request with { Model = _model, ReturnNames = _names ?? false } : request;
    }

    private Utf8Texts PromptOf()
    {
        if (_prompt is null && _seen.Contains(Messages))
            throw Wrong(RequestErrorKind.Invalid, Messages, "messages is not supported: models here have no chat template; send prompt");
        return [_prompt ?? throw Wrong(RequestErrorKind.Malformed, Prompt, "prompt is missing; it must be a string")];
    }

    private Utf8Texts InputsOf()
    {
        if (_inputs is null)
            throw Wrong(RequestErrorKind.Malformed, Inputs, "inputs is missing; it must be a string or an array of strings");
        return _inputs.Count > 0 ? _inputs.Resolve(rankFields: null) : throw Wrong(RequestErrorKind.Empty, Inputs, "inputs must not be empty");
    }

    private static RequestException Wrong(RequestErrorKind kind, string field, string message) => new(new RequestError(kind, message) { Field = field });

    private void ReadFields(ReadOnlyMemory<byte> json, RequestLimits limits)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _malformed = RequestReader.NoObject(reader.TokenType);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            _seen.Add(name);
            var before = reader;
            try
            {
                if (TryReadValue(ref reader, name, json, limits))
                    continue;
            }
            catch (RequestException e)
            {
                _errors.Add(e.Error with { Field = name });
            }
            catch (InvalidOperationException)
            {
                _errors.Add(RequestReader.NotUnicode(name) with { Field = name });
            }

            reader = before;
            reader.Read();
            reader.Skip();
        }

        // Throws when anything but white space follows.
        reader.Read();
    }

    /// <returns>False for a field that isn't known; it isn't read then.</returns>
    private bool TryReadValue(ref Utf8JsonReader reader, string name, ReadOnlyMemory<byte> json, RequestLimits limits)
    {
        switch (name)
        {
            case Inputs:
                _inputs = JsonFields.ReadTexts(ref reader, json, name, limits, orSingle: true);
                break;
            case Prompt:
                _prompt = JsonFields.ReadString(ref reader, name);
                break;
            case Model:
                _model = JsonFields.ReadString(ref reader, name) is { } model && !string.IsNullOrWhiteSpace(model) ? model : null;
                break;
            case Special:
                _special = JsonFields.ReadBoolean(ref reader, name);
                break;
            case Names:
                _names = JsonFields.ReadBoolean(ref reader, name);
                break;
            default:
                return false;
        }

        return true;
    }
}
